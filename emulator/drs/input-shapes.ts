import { InvalidField } from './errors';

/** The constraints that DRS's service model (2020-02-26) puts on requests. */
type Shape =
  | { readonly type: 'string'; readonly pattern?: RegExp; readonly min?: number; readonly max?: number }
  | { readonly type: 'integer'; readonly min: number }
  | { readonly type: 'boolean' | 'map' }
  | { readonly type: 'list'; readonly member: Shape; readonly min?: number; readonly max?: number }
  | { readonly type: 'structure'; readonly members: Readonly<Record<string, Shape>>; readonly required?: readonly string[] };

const sourceServerID: Shape = { type: 'string', pattern: /^s-[0-9a-zA-Z]{17}$/, min: 19, max: 19 };
const recoveryInstanceID: Shape = { type: 'string', pattern: /^i-[0-9a-fA-F]{8,}$/, min: 10, max: 19 };
const jobID: Shape = { type: 'string', pattern: /^drsjob-[0-9a-zA-Z]{17}$/, min: 24, max: 24 };
const accountID: Shape = { type: 'string', pattern: /[0-9]{12,}/, min: 12, max: 12 };
const boundedString: Shape = { type: 'string', max: 256 };
const dateTime: Shape = {
  type: 'string',
  pattern: /^[1-9][0-9]*-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([0-1][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?Z$/,
  min: 19,
  max: 32,
};

const ofSourceServer: Shape = { type: 'structure', members: { sourceServerID }, required: ['sourceServerID'] };
const ofRecoveryInstance: Shape = { type: 'structure', members: { recoveryInstanceID }, required: ['recoveryInstanceID'] };

function listOf(member: Shape, max?: number, min?: number): Shape {
  return { type: 'list', member, max, min };
}

function describing(filters: Readonly<Record<string, Shape>>): Shape {
  return {
    type: 'structure',
    members: {
      filters: { type: 'structure', members: filters },
      maxResults: { type: 'integer', min: 1 },
      nextToken: { type: 'string', max: 2048 },
    },
  };
}

const boolean: Shape = { type: 'boolean' };
const text: Shape = { type: 'string' };
const tags: Shape = { type: 'map' };
const replicationTemplateID: Shape = { type: 'string', pattern: /^rct-[0-9a-zA-Z]{17}$/, min: 21, max: 21 };
const launchTemplateID: Shape = { type: 'string', pattern: /^lct-[0-9a-zA-Z]{17}$/, min: 21, max: 21 };

const replicationTemplate: Readonly<Record<string, Shape>> = {
  stagingAreaSubnetId: { type: 'string', pattern: /^subnet-[0-9a-fA-F]{8,}$/, max: 255 },
  stagingAreaTags: tags,
  associateDefaultSecurityGroup: boolean,
  replicationServersSecurityGroupsIDs: listOf({ type: 'string', pattern: /^sg-[0-9a-fA-F]{8,}$/, max: 255 }, 32),
  dataPlaneRouting: text,
  createPublicIP: boolean,
  replicationServerInstanceType: text,
  useDedicatedReplicationServer: boolean,
  defaultLargeStagingDiskType: text,
  ebsEncryption: text,
  bandwidthThrottling: { type: 'integer', min: 0 },
  autoReplicateNewDisks: boolean,
  pitPolicy: listOf(
    {
      type: 'structure',
      members: {
        ruleID: { type: 'integer', min: 0 },
        units: text,
        interval: { type: 'integer', min: 1 },
        retentionDuration: { type: 'integer', min: 1 },
        enabled: boolean,
      },
      required: ['units', 'interval', 'retentionDuration'],
    },
    10,
    1,
  ),
};
const launchTemplate: Readonly<Record<string, Shape>> = {
  launchDisposition: text,
  targetInstanceTypeRightSizingMethod: text,
  copyTags: boolean,
  copyPrivateIp: boolean,
};
const page: Readonly<Record<string, Shape>> = { maxResults: { type: 'integer', min: 1 }, nextToken: { type: 'string', max: 2048 } };

function structure(members: Readonly<Record<string, Shape>>, ...required: readonly string[]): Shape {
  return { type: 'structure', members, required };
}

/** Input by operation. */
export const inputShapes = {
  CreateLaunchConfigurationTemplate: structure(launchTemplate),
  CreateReplicationConfigurationTemplate: structure(
    replicationTemplate,
    ...Object.keys(replicationTemplate).filter((name) => name !== 'autoReplicateNewDisks'),
  ),
  DeleteLaunchConfigurationTemplate: structure({ launchConfigurationTemplateID: launchTemplateID }, 'launchConfigurationTemplateID'),
  DeleteReplicationConfigurationTemplate: structure(
    { replicationConfigurationTemplateID: replicationTemplateID },
    'replicationConfigurationTemplateID',
  ),
  DescribeLaunchConfigurationTemplates: structure({ launchConfigurationTemplateIDs: listOf(launchTemplateID, 1), ...page }),
  DescribeReplicationConfigurationTemplates: structure({
    replicationConfigurationTemplateIDs: listOf(replicationTemplateID, 200),
    ...page,
  }),
  GetReplicationConfiguration: ofSourceServer,
  UpdateLaunchConfigurationTemplate: structure(
    { launchConfigurationTemplateID: launchTemplateID, ...launchTemplate },
    'launchConfigurationTemplateID',
  ),
  UpdateReplicationConfigurationTemplate: structure(
    { replicationConfigurationTemplateID: replicationTemplateID, ...replicationTemplate },
    'replicationConfigurationTemplateID',
  ),
  DeleteRecoveryInstance: ofRecoveryInstance,
  DeleteSourceServer: ofSourceServer,
  DescribeJobs: describing({ jobIDs: listOf(jobID, 1000), fromDate: dateTime, toDate: dateTime }),
  DescribeRecoveryInstances: describing({ recoveryInstanceIDs: listOf(recoveryInstanceID, 200), sourceServerIDs: listOf(sourceServerID) }),
  DescribeSourceServers: describing({
    sourceServerIDs: listOf(sourceServerID, 200),
    hardwareId: boundedString,
    stagingAccountIDs: listOf(accountID, 200),
  }),
  DisconnectRecoveryInstance: ofRecoveryInstance,
  DisconnectSourceServer: ofSourceServer,
  StopFailback: ofRecoveryInstance,
  StopReplication: ofSourceServer,
  TerminateRecoveryInstances: {
    type: 'structure',
    members: { recoveryInstanceIDs: listOf(recoveryInstanceID, 200, 1) },
    required: ['recoveryInstanceIDs'],
  },
} satisfies Record<string, Shape>;

export type OperationName = keyof typeof inputShapes;

export function isOperation(name: string): name is OperationName {
  return name in inputShapes;
}

/** What in a value goes against its shape; a member that is null is one that is absent. */
export function problemsOf(value: unknown, shape: Shape, name = ''): InvalidField[] {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? stringProblems(value, shape, name) : [{ name, message: 'Member must be a string' }];
    case 'integer':
      if (!Number.isInteger(value)) return [{ name, message: 'Member must be an integer' }];
      return (value as number) < shape.min ? [{ name, message: `Member must be greater than or equal to ${shape.min}` }] : [];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [{ name, message: 'Member must be a boolean' }];
    case 'map':
      return typeof value === 'object' && !Array.isArray(value) ? [] : [{ name, message: 'Member must be a map' }];
    case 'list':
      if (!Array.isArray(value)) return [{ name, message: 'Member must be a list' }];
      return [
        ...lengthProblems(value.length, shape, name),
        ...value.flatMap((item: unknown, index) => problemsOf(item, shape.member, `${name}.${index + 1}.member`)),
      ];
    case 'structure':
      return structureProblems(value, shape, name);
  }
}

function structureProblems(
  value: unknown,
  { members, required = [] }: Extract<Shape, { type: 'structure' }>,
  name: string,
): InvalidField[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ name, message: 'Member must be a structure' }];
  const path = (member: string): string => (name ? `${name}.${member}` : member);
  const given = Object.entries(value).filter(([, content]) => content !== null);
  const missing = required.filter((member) => !given.some(([each]) => each === member));
  return [
    ...missing.map((member) => ({ name: path(member), message: 'Member must not be null' })),
    ...given.flatMap(([member, content]) => {
      const shape = Object.hasOwn(members, member) ? members[member] : undefined;
      return shape ? problemsOf(content, shape, path(member)) : [{ name: path(member), message: 'The service model has no such member' }];
    }),
  ];
}

function stringProblems(value: string, shape: Extract<Shape, { type: 'string' }>, name: string): InvalidField[] {
  const problems = lengthProblems(value.length, shape, name);
  if (!shape.pattern || shape.pattern.test(value)) return problems;
  return [...problems, { name, message: `Member must satisfy regular expression pattern: ${shape.pattern.source}` }];
}

function lengthProblems(
  length: number,
  { min = 0, max = Infinity }: { readonly min?: number; readonly max?: number },
  name: string,
): InvalidField[] {
  if (length < min) return [{ name, message: `Member must have length greater than or equal to ${min}` }];
  return length > max ? [{ name, message: `Member must have length less than or equal to ${max}` }] : [];
}
