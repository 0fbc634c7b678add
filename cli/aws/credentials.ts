import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type AssumeRoleCommandInput, getDefaultRoleAssumer, getDefaultRoleAssumerWithWebIdentity } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { parseKnownFiles } from '@smithy/shared-ini-file-loader';
import { Failure, messageOf } from '../../lambda/aws/errors';
import { command, join, type Message, say } from '../../lambda/aws/message';
import { isDenied, withReadableErrors } from './errors';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type SourceCredentials = Parameters<ReturnType<typeof getDefaultRoleAssumer>>[0];

/** In milliseconds. A pipe may stay open, and never say anything. */
const PATIENCE_WITH_PIPE = 60_000;

/**
 * Whose keys a plan is made with: those of the environment, of the profile or of the machine. They are found out once, since a person may have to
 * type a code for that; each kind of them lasts for longer than a plan takes.
 *
 * @throws Failure if there are none
 */
export async function findCredentials(region: string, requestHandler: NodeHttpHandler): Promise<Credentials> {
  await refuseLogin(region);
  // The SDK would ask in us-east-1, which is of one partition only.
  const assume = getDefaultRoleAssumer({ region, requestHandler });
  const provider = defaultProvider({
    // The SDK would ask for all codes of a chain at once, before it knows whether there are keys to use them with.
    mfaCodeProvider: () => Promise.resolve(''),
    roleAssumer: (source, request) => assumeWithCode(assume, source, request, region),
    roleAssumerWithWebIdentity: getDefaultRoleAssumerWithWebIdentity({ region, requestHandler }),
  });
  return withReadableErrors('sts:AssumeRoleWithWebIdentity or sso:GetRoleCredentials, as your profile wants it', provider);
}

async function assumeWithCode(
  assume: ReturnType<typeof getDefaultRoleAssumer>,
  source: SourceCredentials,
  request: AssumeRoleCommandInput,
  region: string,
) {
  const { RoleArn: roleArn, SerialNumber: serial } = request;
  if (serial === undefined) {
    return withReadableErrors(`sts:AssumeRole on ${roleArn}`, () => assume(source, request));
  }
  const TokenCode = await askForCode(serial);
  if (TokenCode === undefined) {
    throw new Failure(
      join([
        say`The role ${roleArn} asks for the code of ${serial}, and none was typed. Run this in a terminal;`,
        say`or there let the AWS command line hand over the credentials: ${handOver(region)}`,
      ]),
    );
  }
  return withReadableErrors(`sts:AssumeRole on ${roleArn}`, async () => {
    try {
      // Without the time when they expire: the SDK would compare it with the clock of this machine, and ask for another code.
      return { ...(await assume(source, { ...request, TokenCode })), expiration: undefined };
    } catch (error) {
      if (!isDenied(error)) {
        throw error;
      }
      throw new Failure(
        join([
          say`STS did not let you assume the role ${roleArn} with this code of ${serial}. A code is taken once only: wait for the next one, and try again.`,
          say`If it is refused again, you may not assume the role. AWS says: ${messageOf(error)}`,
        ]),
      );
    }
  });
}

/** The code of an MFA device; undefined if nobody types one. */
async function askForCode(serial: string): Promise<string | undefined> {
  const { stdin } = process;
  if (stdin.readableEnded) {
    return undefined;
  }
  const terminal = createInterface({ input: stdin, output: process.stderr });
  const closed = once(terminal, 'close').then(() => undefined);
  const options = stdin.isTTY ? {} : { signal: AbortSignal.timeout(PATIENCE_WITH_PIPE) };
  const typed = terminal.question(String(say`MFA code for ${serial}: `), options).catch(() => undefined);
  try {
    return (await Promise.race([typed, closed]))?.trim() || undefined;
  } finally {
    terminal.close();
  }
}

/**
 * The SDK that is bundled knows no `aws login`, and would say that there are no credentials, or use those of the machine.
 *
 * @throws Failure if the profile, or one that its role is assumed from, is one of `aws login`
 */
async function refuseLogin(region: string) {
  if (process.env.AWS_ACCESS_KEY_ID && !process.env.AWS_PROFILE) {
    return;
  }
  const profiles = await parseKnownFiles({});
  const seen = new Set<string>();
  for (let name: string | undefined = profileInUse(); name !== undefined && !seen.has(name); name = profiles[name]?.source_profile) {
    seen.add(name);
    const { login_session: session, aws_access_key_id: key } = profiles[name] ?? {};
    if (session !== undefined && key === undefined) {
      throw new Failure(
        join([
          say`The profile ${name} was made by the AWS command line's login, which this command can't use.`,
          say`Let the AWS command line hand over its credentials: ${handOver(region)}`,
        ]),
      );
    }
  }
}

/** Where keys are in the environment, no profile may be named. */
function handOver(region: string): Message {
  const exported = command`aws configure export-credentials --profile ${{ any: profileInUse() }} --format env`;
  return say`set the variables that ${exported} prints, then try again without --profile and AWS_PROFILE, with --region ${region}.`;
}

function profileInUse(): string {
  return process.env.AWS_PROFILE || 'default';
}
