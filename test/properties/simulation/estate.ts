import { defaultAccountId, defaultRegion, partition } from '../../../emulator/defaults';
import type { Iam } from '../../../emulator/iam/iam';
import type { PolicyDocument } from '../../../emulator/iam/policy-document';

export interface ServerSeed {
  readonly sourceServerID: string;
  readonly accountId: string;
  readonly region: string;
  readonly arn: string;
  readonly kind: 'replicating' | 'extended' | 'missing';
}

export interface RoleSeed {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
}

/** Whether the functions may assume a role. */
export type RoleState = 'trusting' | 'trusting nobody' | 'deleted';

const OTHER_ACCOUNT = '444455556666';
const THIRD_ACCOUNT = '777788889999';
const OTHER_REGION = 'us-west-2';

/** What specs refer to by index; the last two are referred to by nobody. */
export const servers: readonly ServerSeed[] = [
  server('0', defaultAccountId, defaultRegion, 'replicating'),
  server('1', defaultAccountId, defaultRegion, 'replicating'),
  server('2', defaultAccountId, defaultRegion, 'replicating'),
  server('3', defaultAccountId, OTHER_REGION, 'replicating'),
  server('4', defaultAccountId, defaultRegion, 'extended'),
  server('5', defaultAccountId, defaultRegion, 'missing'),
  server('6', OTHER_ACCOUNT, defaultRegion, 'replicating'),
  server('7', OTHER_ACCOUNT, OTHER_REGION, 'replicating'),
  server('8', OTHER_ACCOUNT, defaultRegion, 'replicating'),
  server('9', defaultAccountId, defaultRegion, 'replicating'),
];

export const extended = 4;
export const missing = 5;
/** Those of another account, which need a role. */
export const abroad = [6, 7];
/** Those that may be declared and are there. */
export const declarable = [0, 1, 2, 3, extended, ...abroad];
/** What the extended server shows: it replicates in its staging account. */
export const staging = 8;
/** A server that nobody declares. It has a drill. */
export const bystander = 9;

/** What specs refer to by index, too. */
export const roles: readonly RoleSeed[] = [
  role(OTHER_ACCOUNT, 'Teardown'),
  role(OTHER_ACCOUNT, 'AnotherTeardown'),
  role(defaultAccountId, 'Teardown'),
];

function server(digit: string, accountId: string, region: string, kind: ServerSeed['kind']): ServerSeed {
  const sourceServerID = `s-1a2b3c4d5e6f7000${digit}`;
  return { sourceServerID, accountId, region, arn: `arn:${partition}:drs:${region}:${accountId}:source-server/${sourceServerID}`, kind };
}

function role(accountId: string, name: string): RoleSeed {
  return { accountId, name, arn: `arn:${partition}:iam::${accountId}:role/${name}` };
}

/** A role may do everything there: what is left alone is left alone by the handler, and not for want of a permission. */
const everything: PolicyDocument = { Statement: [{ Effect: 'Allow', Action: ['drs:*', 'ec2:*'], Resource: '*' }] };

/** Changes a role, as its owners may at any time. */
export function setRole(iam: Iam, index: number, state: RoleState) {
  const { accountId, name } = roles[index];
  const existing = iam.roles.find(accountId, name);
  if (state === 'deleted') {
    existing?.inlinePolicies.clear();
    return existing && iam.roles.delete(existing);
  }
  const trust = trustIn(state === 'trusting' ? defaultAccountId : THIRD_ACCOUNT);
  if (existing) {
    return iam.roles.setTrust(existing, trust);
  }
  iam.roles.putInlinePolicy(iam.roles.create(accountId, name, '/', trust), 'Everything', everything);
}

/** Each stack has a function's role of its own, whose name is made up. */
function trustIn(accountId: string): PolicyDocument {
  const Condition = { ArnLike: { 'aws:PrincipalArn': `arn:${partition}:iam::${accountId}:role/*` } };
  return { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: accountId }, Condition }] };
}
