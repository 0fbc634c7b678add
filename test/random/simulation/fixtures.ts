import { createHash } from 'node:crypto';
import { defaultAccountId, defaultRegion, partition } from '../../../emulator/defaults';
import type { Iam } from '../../../emulator/iam/iam';
import type { PolicyDocument } from '../../../emulator/iam/policy-document';

export type Tags = Readonly<Record<string, string>>;

export interface ServerSeed {
  readonly sourceServerID: string;
  readonly accountId: string;
  readonly region: string;
  readonly arn: string;
  readonly kind: 'replicating' | 'extended' | 'missing';
  readonly tags: Tags;
  readonly direction: 'FAILOVER' | 'FAILBACK';
  /** Where its replication server is; elsewhere, if nowhere here. */
  readonly subnetId?: string;
}

/** What a fleet selects, where there is no role to say of which account. */
export interface SelectionSeed {
  readonly region: string;
  /** All, if there are none. */
  readonly tags?: Tags;
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

/** The staging subnet that drains wait for, and the one of a VPC that none of them may touch. */
export const stagingArea = { vpcId: 'vpc-0a1b2c3d4e5f60001', subnetId: 'subnet-0a1b2c3d4e5f60001' };
export const otherArea = { vpcId: 'vpc-0a1b2c3d4e5f60002', subnetId: 'subnet-0a1b2c3d4e5f60002' };

/** What a server may be tagged with, by index. The tags of the last one are nobody's, though IAM takes their keys for the same. */
export const tagSets: readonly Tags[] = [
  {},
  { team: 'red', owner: 'someone' },
  { team: 'red', stage: 'prod' },
  { team: 'blue' },
  { Team: 'red', Stage: 'prod' },
];
const [none, red, redProd, blue] = tagSets;

/** What fleets select, by index. Where all are selected, no server is that nobody may touch. */
export const selections: readonly SelectionSeed[] = [
  { region: defaultRegion, tags: { team: 'red' } },
  { region: defaultRegion, tags: { stage: 'prod', team: 'red' } },
  { region: defaultRegion, tags: { team: 'blue' } },
  { region: OTHER_REGION, tags: { team: 'red' } },
  { region: OTHER_REGION },
];

/** What specs refer to by index; the last two are referred to by nobody. */
export const servers: readonly ServerSeed[] = [
  server('0', defaultAccountId, defaultRegion, { tags: redProd, subnetId: stagingArea.subnetId }),
  server('1', defaultAccountId, defaultRegion, { tags: red, direction: 'FAILBACK', subnetId: stagingArea.subnetId }),
  server('2', defaultAccountId, defaultRegion, { tags: blue, subnetId: otherArea.subnetId }),
  server('3', defaultAccountId, OTHER_REGION, { tags: red }),
  server('4', defaultAccountId, defaultRegion, { tags: red, kind: 'extended' }),
  server('5', defaultAccountId, defaultRegion, { kind: 'missing' }),
  server('6', OTHER_ACCOUNT, defaultRegion, { tags: red }),
  server('7', OTHER_ACCOUNT, OTHER_REGION, { tags: blue }),
  server('8', OTHER_ACCOUNT, defaultRegion),
  server('9', defaultAccountId, defaultRegion, { subnetId: otherArea.subnetId }),
];

export const extended = 4;
export const missing = 5;
/** Those of another account, which need a role. */
export const abroad = [6, 7];
/** Those that drains wait for. */
export const drained = servers.flatMap(({ subnetId }, index) => (subnetId === stagingArea.subnetId ? [index] : []));
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

function server(digit: string, accountId: string, region: string, more: Partial<ServerSeed> = {}): ServerSeed {
  const sourceServerID = `s-1a2b3c4d5e6f7000${digit}`;
  const arn = `arn:${partition}:drs:${region}:${accountId}:source-server/${sourceServerID}`;
  return { sourceServerID, accountId, region, arn, kind: 'replicating', tags: none, direction: 'FAILOVER', ...more };
}

/** Whether a fleet that asks for these tags selects a server that has those. */
export function carries(tags: Tags, wanted: Tags = {}): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}

/** The physical ID of a fleet: a contract, which deployed stacks hold. */
export function fleetId(accountId: string, region: string, tags?: Tags): string {
  const sorted = tags && Object.entries(tags).sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash('sha256')
    .update(JSON.stringify(sorted ?? 'all'))
    .digest('hex');
  return `drs:fleet:${accountId}:${region}:${hash.slice(0, 16)}`;
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
