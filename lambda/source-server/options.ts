import type { OptionProperties } from '../../lib/contract';
import { Failure } from '../aws/errors';
import { say } from '../aws/message';
import { accountOfRole, type Principal, type RoleSession } from '../aws/role';
import type { Request } from '../protocol/request';

/** What the deletion does about recovery instances. */
export type RecoveryInstancePolicy = (typeof POLICIES)[number];

/** How far a deletion goes, and who makes it: what the properties of a resource say beside the server. */
export interface DisconnectionOptions extends Principal {
  readonly recoveryInstancePolicy: RecoveryInstancePolicy;
  readonly deletesSourceServer: boolean;
}

const POLICIES = ['FAIL', 'DISCONNECT', 'TERMINATE_DRILLS'] as const;

type Property = keyof OptionProperties;

const PRINCIPAL: readonly Property[] = ['AssumeRoleArn', 'AssumeRoleExternalId', 'AssumeRoleSourceIdentity', 'AssumeRoleSessionTags'];

/**
 * Reads the options; those of an older version say less, and mean what they meant then.
 *
 * @throws Failure if they can't be understood: what they were to prevent or to allow is not known then
 */
export function readOptions(properties: Readonly<Record<string, unknown>>): DisconnectionOptions {
  const text = (name: Property) => textOf(properties[name]);
  const policy = text('RecoveryInstancePolicy') ?? 'FAIL';
  const recoveryInstancePolicy = POLICIES.find((known) => known === policy);
  if (!recoveryInstancePolicy) {
    throw new Failure(say`'${policy}' is not a recovery instance policy of this version of cdk-drs, which are ${POLICIES.join(', ')}.`, {
      kind: 'permanent',
    });
  }
  const tags = properties.AssumeRoleSessionTags as RoleSession['tags'];
  const session = { externalId: text('AssumeRoleExternalId'), sourceIdentity: text('AssumeRoleSourceIdentity'), tags };
  return {
    recoveryInstancePolicy,
    deletesSourceServer: text('DeleteSourceServer') === 'true',
    assumeRoleArn: readRole(properties),
    session,
  };
}

/** Whether an update leaves it as it was who makes the calls. */
export function isSamePrincipal({ properties, oldProperties }: Pick<Request, 'properties' | 'oldProperties'>): boolean {
  const [is, was] = [properties, oldProperties].map((all) => JSON.stringify(PRINCIPAL.map((name) => all[name])));
  return is === was;
}

/**
 * Reads the role to assume; undefined if there is none.
 *
 * @throws Failure if it is no role: nobody knows then in which account servers are looked for
 */
export function readRole(properties: Readonly<Record<string, unknown>>): string | undefined {
  const name: Property = 'AssumeRoleArn';
  const roleArn = textOf(properties[name]);
  if (roleArn !== undefined && accountOfRole(roleArn) === undefined) {
    throw new Failure(say`'${roleArn}' is not the ARN of a role, which looks like arn:aws:iam::ACCOUNT:role/NAME.`, { kind: 'permanent' });
  }
  return roleArn;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || value === undefined ? value : JSON.stringify(value);
}
