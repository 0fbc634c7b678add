import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { parseKnownFiles } from '@smithy/shared-ini-file-loader';
import { REGION } from '../../lib/contract';
import { Failure } from '../../lambda/aws/errors';
import { command, join, say } from '../../lambda/aws/message';
import type { RoleSession } from '../../lambda/aws/role';
import '../../lambda/aws/sdk-partitions';
import { withReadableErrors } from './errors';

/** IAM takes no longer name of a session. */
const LONGEST_SESSION_NAME = 64;

/** What a plan asks of DRS, which looks at EC2 on its caller's behalf. */
const READER = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'], Resource: '*' },
  ],
});

/** In milliseconds. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000 };

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How every client of AWS is made. */
export interface ClientConfiguration {
  readonly region: string;
  readonly credentials: Credentials | (() => Promise<Credentials>);
  readonly requestHandler: NodeHttpHandler;
  readonly retryMode: string;
  readonly maxAttempts: number;
  readonly customUserAgent: [string, string?][];
}

/** Who asks, and from which Region: as the AWS command line would find it out. */
export class Session {
  /**
   * @throws Failure if there are no credentials, or no Region is named anywhere, or what is named is none
   */
  static async open(options: { readonly profile?: string; readonly region?: string }): Promise<Session> {
    // The whole SDK reads them, also for the role of a profile.
    setVariable('AWS_PROFILE', options.profile ?? process.env.AWS_PROFILE ?? process.env.AWS_DEFAULT_PROFILE);
    const named = options.region ?? [process.env.AWS_REGION, process.env.AWS_DEFAULT_REGION].find((variable) => variable);
    // Before anybody is asked for credentials: a host is named by it.
    checkRegion(named);
    setVariable('AWS_REGION', named);
    const region = await new STSClient({}).config.region().catch(() => {
      throw new Failure('No Region is named: use --region, AWS_REGION, or the region of the profile.');
    });
    checkRegion(region);
    const requestHandler = new NodeHttpHandler(TIMEOUTS);
    // The role of a profile is assumed in this Region: in the one that the SDK takes otherwise, only one partition is known.
    const credentials = defaultProvider({ mfaCodeProvider: oneByOne(askForCode), clientConfig: { region, requestHandler } });
    await refuseLogin();
    await withReadableErrors('sts:AssumeRole or sso:GetRoleCredentials, as your profile wants it', credentials);
    return new Session(region, credentials, requestHandler);
  }

  private constructor(
    readonly region: string,
    private readonly ownCredentials: () => Promise<Credentials>,
    private readonly requestHandler: NodeHttpHandler,
  ) {}

  /** For calls in a Region, with these credentials or the session's own. */
  configuration(region = this.region, credentials?: Credentials): ClientConfiguration {
    return {
      region,
      credentials: credentials ?? this.ownCredentials,
      requestHandler: this.requestHandler,
      retryMode: 'adaptive',
      maxAttempts: 7,
      customUserAgent: [['cdk-drs-plan']],
    };
  }

  /** The account of the session. */
  async accountId(): Promise<string> {
    const client = new STSClient(this.configuration());
    const { Account } = await withReadableErrors('sts:GetCallerIdentity', () => client.send(new GetCallerIdentityCommand({})));
    return Account ?? 'unknown';
  }

  /**
   * Credentials of a role, which may do no more than to describe, whatever the role itself may.
   *
   * @throws Failure if the role doesn't trust the session
   */
  async assumeRole(roleArn: string, stackName: string, { externalId, sourceIdentity, tags }: RoleSession = {}): Promise<Credentials> {
    const client = new STSClient(this.configuration());
    const RoleSessionName = `cdk-drs-plan-${stackName}`.slice(0, LONGEST_SESSION_NAME);
    const { Credentials: session } = await withReadableErrors(`sts:AssumeRole on ${roleArn}`, () =>
      client.send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName,
          Policy: READER,
          ExternalId: externalId,
          SourceIdentity: sourceIdentity,
          Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      ),
    );
    if (!session?.AccessKeyId || !session.SecretAccessKey) {
      throw new Failure(say`STS gave no credentials for the role ${roleArn}.`);
    }
    return { accessKeyId: session.AccessKeyId, secretAccessKey: session.SecretAccessKey, sessionToken: session.SessionToken };
  }
}

function checkRegion(region: string | undefined) {
  if (region !== undefined && !REGION.test(region)) {
    throw new Failure(say`'${region}' is not a Region, such as eu-central-1: use --region, AWS_REGION, or the region of the profile.`);
  }
}

function setVariable(name: string, value: string | undefined) {
  if (value !== undefined) {
    process.env[name] = value;
  }
}

/**
 * The SDK that is bundled knows no `aws login`, and would say that there are no credentials.
 *
 * @throws Failure if the profile, or one that its role is assumed from, is one of `aws login`
 */
async function refuseLogin() {
  const { AWS_PROFILE: asked = 'default', AWS_ACCESS_KEY_ID } = process.env;
  if (AWS_ACCESS_KEY_ID && !process.env.AWS_PROFILE) {
    return;
  }
  const profiles = await parseKnownFiles({});
  const seen = new Set<string>();
  for (let name: string | undefined = asked; name !== undefined && !seen.has(name); name = profiles[name]?.source_profile) {
    seen.add(name);
    if (profiles[name]?.login_session !== undefined) {
      const exported = command`aws configure export-credentials --profile ${{ any: asked }} --format env`;
      throw new Failure(
        join([
          say`The profile ${name} was made by the AWS command line's login, which this command can't use.`,
          say`Let the AWS command line hand over its credentials: set the variables that ${exported} prints, then try again without --profile and AWS_PROFILE.`,
        ]),
      );
    }
  }
}

/** A profile may assume a role from another one that wants a code, too. */
function oneByOne(ask: (serial: string) => Promise<string>): (serial: string) => Promise<string> {
  let before: Promise<unknown> = Promise.resolve();
  return (serial) => {
    const asked = before.then(() => ask(serial));
    before = asked;
    return asked;
  };
}

/** Of a profile with `mfa_serial`. */
async function askForCode(serial: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = once(terminal, 'close').then(() => Promise.reject(new Failure('No code was typed.')));
  try {
    return await Promise.race([terminal.question(String(say`MFA code for ${serial}: `)), closed]);
  } finally {
    closed.catch(() => undefined);
    terminal.close();
  }
}
