import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Failure, isOfKind, messageOf } from './errors';
import { command as typed, join, type Message, say } from './message';
import { clientConfiguration, type Credentials } from './client-configuration';
import { retry } from './retry';
import { accountOfRole } from './role';
import type { StackIdentity } from './stack-id';

/** IAM takes no longer name of a session. */
const LONGEST_SESSION_NAME = 64;

/**
 * Becomes the role, anew for each request. The name of the session tells CloudTrail which stack it was.
 *
 * @throws Failure if the role can't be assumed
 */
export async function assumeRole(stack: StackIdentity, roleArn: string, deadline: number): Promise<Credentials> {
  const client = new STSClient(clientConfiguration(stack, stack.region));
  const RoleSessionName = `cdk-drs-${stack.name}`.slice(0, LONGEST_SESSION_NAME);
  const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName });
  try {
    const { Credentials: session } = await retry('sts:AssumeRole', (abortSignal) => client.send(command, { abortSignal }), { deadline });
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = session ?? {};
    if (!accessKeyId || !secretAccessKey || !sessionToken) {
      throw new Failure(say`STS gave no credentials for the role ${roleArn}.`);
    }
    return { accessKeyId, secretAccessKey, sessionToken };
  } catch (error) {
    const what = isOfKind(error, 'denied') ? explainRole(roleArn) : say`The role ${roleArn} could not be assumed.`;
    throw new Failure(join([what, messageOf(error)]), { cause: error });
  }
}

/** AWS gives one answer for all three, so that nobody can find out by it which roles there are. */
function explainRole(roleArn: string): Message {
  const name = roleArn.split('/').at(-1);
  return join([
    say`The role ${roleArn} can't be assumed: it was deleted, or its trust policy doesn't name the function's role, or the function's role isn't granted sts:AssumeRole on it.`,
    say`Look at it in account ${accountOfRole(roleArn)} with ${typed`aws iam get-role --role-name ${name}`}.`,
  ]);
}
