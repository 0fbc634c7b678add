import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { Failure, isOfKind, messageOf } from './errors';
import { command as typed, join, type Message, say } from './message';
import { clientConfiguration, type Credentials } from './client-configuration';
import { isNamed, type Patience, retry } from './retry';
import { accountOfRole, type Reach, type RoleSession } from './role';
import { sessionPolicy } from './session-policy';
import type { StackIdentity } from './stack-id';

/** IAM takes no longer name of a session. */
const LONGEST_SESSION_NAME = 64;
/** Packed, it may be too large together with the tags, which nobody can tell before. */
const POLICY_REFUSED = ['PackedPolicyTooLargeException', 'MalformedPolicyDocumentException'];

/**
 * Becomes the role, anew for each request. The name of the session tells CloudTrail which stack it was.
 * Its policy is a narrowing of our own: where STS doesn't take it, the role is what its owner made it.
 *
 * @throws Failure if the role can't be assumed
 */
export async function assumeRole(
  stack: StackIdentity,
  roleArn: string,
  patience: Patience,
  { externalId: ExternalId, sourceIdentity: SourceIdentity, tags }: RoleSession,
  reach: Reach,
): Promise<Credentials> {
  const client = new STSClient(clientConfiguration(stack, stack.region));
  const RoleSessionName = `cdk-drs-${stack.name}`.slice(0, LONGEST_SESSION_NAME);
  const Tags = tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const send = (Policy?: string) => {
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName, ExternalId, SourceIdentity, Tags, Policy });
    return retry('sts:AssumeRole', (abortSignal) => client.send(command, { abortSignal }), patience);
  };
  try {
    const { Credentials: session } = await send(sessionPolicy(roleArn, reach)).catch((error: unknown) => {
      if (isNamed(error, ...POLICY_REFUSED)) {
        return send();
      }
      throw error;
    });
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
    say`The role ${roleArn} can't be assumed: it was deleted, or its trust policy doesn't name the function's role or asks for other assumeRoleOptions, or the function's role isn't granted sts:AssumeRole on it.`,
    say`Look at it in account ${accountOfRole(roleArn)} with ${typed`aws iam get-role --role-name ${name}`}.`,
  ]);
}
