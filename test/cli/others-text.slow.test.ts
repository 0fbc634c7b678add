import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListExportsCommand,
  ListStackResourcesCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DrsClient,
  type RecoveryInstance,
  type SourceServer,
} from '@aws-sdk/client-drs';
import { DescribeInstancesCommand, DescribeSecurityGroupsCommand, EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { withReadableErrors } from '../../cli/aws/errors';
import { Session } from '../../cli/aws/session';
import { makePlan, type PlanRequest } from '../../cli/plan/make-plan';
import { toJson } from '../../cli/report/json';
import { report } from '../../cli/report/report';
import { messageOf } from '../../lambda/aws/errors';
import { readFleet } from '../../lambda/fleet/fleet';
import { parseStackId } from '../../lambda/aws/stack-id';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../lib/contract';
import { HOSTILE_VALUES, MARK, wrongIn, wrongInCommand } from '../lambda/hostile-values';

// Every hostile value, in every field that others can write, against every output of a plan: on a terminal, with colours and without, as JSON, as an error.

const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
const STACK_ID = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/LandingZone/00000000-0000-4000-8000-000000000000`;
const SERVER_ID = 's-1234567890abcdef0';
const ARN = `arn:aws:drs:${REGION}:${ACCOUNT}:source-server/${SERVER_ID}`;

const drs = mockClient(DrsClient);
const cloudFormation = mockClient(CloudFormationClient);
const ec2 = mockClient(EC2Client);

const folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-'));
const templateFile = path.join(folder, 'next.template.json');
afterAll(() => rmSync(folder, { recursive: true }));

/** What CloudFormation, DRS and EC2 say. A field of it is overwritten by each row. */
interface World {
  stack: object;
  parent?: Partial<Stack>;
  logicalId: string;
  physicalId?: string;
  type: string;
  properties: Record<string, unknown>;
  more: object;
  sections: object;
  nextSections: object;
  next?: Record<string, unknown>;
  server: Partial<SourceServer>;
  instance?: Partial<RecoveryInstance>;
  machine?: Instance;
  groupId?: string;
  errors: { readonly drs?: Error; readonly cloudFormation?: Error; readonly ec2?: Error };
  order: Partial<PlanRequest>;
  region: string;
}

const world = (): World => ({
  stack: {},
  logicalId: 'App',
  type: SOURCE_SERVER_DISCONNECTION,
  properties: { SourceServerArn: ARN },
  more: {},
  sections: {},
  nextSections: {},
  server: {},
  errors: {},
  order: {},
  region: REGION,
});

const fleet = (Tags: Record<string, string>) => ({ type: FLEET_DISCONNECTION, properties: { Region: REGION, Tags } });
const drain = (more: object = {}) => ({
  type: STAGING_AREA_DRAIN,
  physicalId: `drs:drain:${ACCOUNT}:${REGION}:vpc-1:c8f0a1:0`,
  properties: { Drain: 'c8f0a1', Link: '0', VpcId: 'vpc-1', SubnetIds: ['subnet-1'], DeleteSecurityGroups: 'true', ...more },
});
const recoveryInstance: RecoveryInstance = {
  recoveryInstanceID: 'i-0d1',
  ec2InstanceID: 'i-0d1',
  sourceServerID: SERVER_ID,
  isDrill: true,
};
const failure = (name: string, message = name) => Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
const any = (value: string) => value as never;

type Field = readonly [where: string, write: (value: string) => Partial<World>];

const FIELDS: readonly Field[] = [
  // DRS
  ['the hostname', (hostname) => ({ server: { sourceProperties: { identificationHints: { hostname } } } })],
  ['the replication state', (state) => ({ server: { dataReplicationInfo: { dataReplicationState: any(state) } } })],
  ['the lag', (lagDuration) => ({ server: { dataReplicationInfo: { lagDuration } } })],
  ['the job of a launch', (jobID) => ({ server: { lifeCycle: { lastLaunch: { status: 'PENDING', initiated: { jobID } } } } })],
  ...(['stagingAccountID', 'stagingSourceServerArn', 'errorMessage'] as const).map((name): Field => [
    `stagingArea.${name}`,
    (value) => ({ server: { stagingArea: { status: 'EXTENDED', [name]: value } } }),
  ]),
  ...(['recoveryInstanceID', 'ec2InstanceID', 'ec2InstanceState'] as const).map((name): Field => [
    `the ${name} of a recovery instance`,
    (value) => ({ instance: { [name]: value } }),
  ]),
  ['the state of a failback', (state) => ({ instance: { failback: { state: any(state) } } })],
  [
    'the replication state of a recovery instance',
    (state) => ({ instance: { dataReplicationInfo: { dataReplicationState: any(state) } } }),
  ],
  [
    'the ID of a recovery instance that is disconnected first',
    (recoveryInstanceID) => ({
      instance: { recoveryInstanceID },
      properties: { SourceServerArn: ARN, RecoveryInstancePolicy: 'DISCONNECT' },
    }),
  ],
  ['the message of an error of DRS', (message) => ({ errors: { drs: failure('ValidationException', message) } })],
  ['the name of an error of DRS', (name) => ({ errors: { drs: failure(name) } })],
  ['the ID of a server of a fleet', (sourceServerID) => ({ ...fleet({ team: 'a' }), server: { sourceServerID, tags: { team: 'a' } } })],
  // EC2
  ['the ID of a machine', (InstanceId) => ({ ...drain(), machine: { InstanceId } })],
  ['the state of a machine', (Name) => ({ ...drain(), machine: { InstanceId: 'i-1', State: { Name: any(Name) } } })],
  ['the subnet of a machine', (SubnetId) => ({ ...drain(), machine: { InstanceId: 'i-1', SubnetId } })],
  ['the ID of a security group', (groupId) => ({ ...drain(), groupId })],
  ['the message of an error of EC2', (message) => ({ ...drain(), errors: { ec2: failure('InvalidParameter', message) } })],
  // CloudFormation
  ['the name in the ID of a stack', (name) => ({ stack: { StackId: STACK_ID.replace('LandingZone', name) } })],
  ['the ID of a stack', (StackId) => ({ stack: { StackId } })],
  ['the status of a stack', (StackStatus) => ({ stack: { StackStatus } })],
  ['the status of a stack that works', (status) => ({ stack: { StackStatus: `${status}_IN_PROGRESS` } })],
  ['the name of a parent', (StackName) => ({ stack: { ParentId: 'parent', EnableTerminationProtection: true }, parent: { StackName } })],
  [
    'the status of a parent',
    (StackStatus) => ({ stack: { ParentId: 'parent' }, parent: { StackName: 'Root', StackStatus: any(StackStatus) } }),
  ],
  ['the logical ID of a resource', (logicalId) => ({ logicalId })],
  ['the physical ID of a server', (physicalId) => ({ physicalId })],
  ['the physical ID of a fleet', (value) => ({ ...fleet({ team: 'a' }), physicalId: `drs:fleet:${value}` })],
  ['the physical ID of a drain', (value) => ({ ...drain(), physicalId: `drs:drain:${value}` })],
  ['the message of an error of CloudFormation', (message) => ({ errors: { cloudFormation: failure('AccessDenied', message) } })],
  ['the name of an error of CloudFormation', (name) => ({ errors: { cloudFormation: failure(name) } })],
  // A template
  ['RecoveryInstancePolicy', (RecoveryInstancePolicy) => ({ properties: { RecoveryInstancePolicy } })],
  ['AssumeRoleArn', (AssumeRoleArn) => ({ properties: { AssumeRoleArn } })],
  ['a role of another account', (name) => ({ properties: { AssumeRoleArn: `arn:aws:iam::444455556666:role/${name}` } })],
  ['the key of a tag', (key) => ({ ...fleet({ [key]: 'a' }), server: { tags: { [key]: 'a' } } })],
  ['the value of a tag', (value) => ({ ...fleet({ team: value }), server: { tags: { team: value } } })],
  [
    'the Region of a fleet',
    (Region) => ({
      type: FLEET_DISCONNECTION,
      physicalId: `drs:fleet:${ACCOUNT}:${REGION}:0123456789abcdef`,
      properties: { Region, Tags: { a: 'b' } },
    }),
  ],
  ['VpcId', (VpcId) => ({ ...drain({ VpcId }), machine: { InstanceId: 'i-1' } })],
  [
    'a subnet',
    (subnet) => ({
      ...drain({ SubnetIds: [subnet] }),
      machine: { InstanceId: 'i-1', Tags: [{ Key: 'Name', Value: 'AWS Elastic Disaster Recovery Replication Server' }] },
    }),
  ],
  ['the name of a drain', (Drain) => drain({ Drain })],
  ['a key of a mapping', (key) => ({ properties: { RecoveryInstancePolicy: { 'Fn::FindInMap': ['Map', key, 'x'] } } })],
  ['a reference', (Ref) => ({ properties: { RecoveryInstancePolicy: { Ref } } })],
  ['a function', (name) => ({ properties: { RecoveryInstancePolicy: { [`Fn::${name}`]: '' } } })],
  ['an attribute', (name) => ({ properties: { RecoveryInstancePolicy: { 'Fn::GetAtt': ['Other', name] } } })],
  ['a text with variables', (value) => ({ properties: { RecoveryInstancePolicy: { 'Fn::Sub': `\${${value}}` } } })],
  ['an import', (value) => ({ properties: { RecoveryInstancePolicy: { 'Fn::ImportValue': value } } })],
  ['a list that is none', (value) => ({ properties: { RecoveryInstancePolicy: { 'Fn::Join': value } } })],
  ['a condition of a value', (value) => ({ properties: { RecoveryInstancePolicy: { 'Fn::If': [value, 'a', 'b'] } } })],
  ['the name of a property', (name) => ({ properties: { [name]: { Ref: 'nobody' } } })],
  [
    'a parameter',
    (name) => ({ sections: { Parameters: { [name]: { NoEcho: true } } }, properties: { RecoveryInstancePolicy: { Ref: name } } }),
  ],
  ['a DeletionPolicy', (value) => ({ more: { DeletionPolicy: `Retain${value}` } })],
  ['a condition of the next template', (Condition) => ({ next: { Condition } })],
  [
    'an UpdateReplacePolicy',
    (value) => ({
      more: { UpdateReplacePolicy: `Retain${value}` },
      next: { UpdateReplacePolicy: `Retain${value}`, Properties: { SourceServerArn: `${ARN.slice(0, -1)}1` } },
    }),
  ],
  ['a server of the next template', (SourceServerArn) => ({ next: { Properties: { SourceServerArn } } })],
  [
    'a key of a mapping of the next template',
    (key) => ({ next: { Properties: { SourceServerArn: { 'Fn::FindInMap': ['Map', key, 'x'] } } } }),
  ],
  ['a type of the next template', (Type) => ({ next: { Type } })],
  // Arguments
  [
    'the name of the stack',
    (stackName) => ({ order: { stackName }, errors: { cloudFormation: failure('ValidationError', 'it does not exist') } }),
  ],
  ['an ID of a stack', (value) => ({ order: { stackName: `arn:${value}` } })],
  ['the file of the template', (file) => ({ order: { templateFile: file } })],
  ['the Region', (region) => ({ region, errors: { cloudFormation: failure('ValidationError', 'it does not exist') } })],
];

function arrange({
  stack,
  parent,
  logicalId,
  physicalId,
  type,
  properties,
  more,
  sections,
  server,
  instance,
  machine,
  groupId,
  errors,
  next,
}: World) {
  const identity = parseStackId(STACK_ID)!;
  const answer = (error: Error | undefined, value: object) => () => (error ? Promise.reject(error) : Promise.resolve(value));
  const described = {
    StackId: STACK_ID,
    StackName: 'LandingZone',
    StackStatus: 'CREATE_COMPLETE' as const,
    CreationTime: new Date(0),
    ...stack,
  };
  const Resources = { [logicalId]: { Type: type, Properties: { SourceServerArn: ARN, ...properties }, ...more } };
  const ofFleet = () => readFleet({ stack: identity, properties }).physicalId;
  const PhysicalResourceId = physicalId ?? (type === FLEET_DISCONNECTION ? ofFleet() : ARN);
  const listed = {
    LogicalResourceId: logicalId,
    PhysicalResourceId,
    ResourceType: type,
    ResourceStatus: 'CREATE_COMPLETE' as const,
    LastUpdatedTimestamp: new Date(0),
  };
  cloudFormation.reset();
  cloudFormation.on(DescribeStacksCommand).callsFake(answer(errors.cloudFormation, { Stacks: [described] }));
  if (parent) {
    cloudFormation
      .on(DescribeStacksCommand, { StackName: 'parent' })
      .resolves({ Stacks: [{ ...described, ParentId: undefined, ...parent }] });
  }
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [listed] });
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: JSON.stringify({ ...sections, Resources }) });
  cloudFormation.on(ListExportsCommand).resolves({ Exports: [] });
  drs.reset();
  const found = { sourceServerID: SERVER_ID, ...server };
  drs.on(DescribeSourceServersCommand).callsFake(answer(errors.drs, { items: [found] }));
  const items = instance ? [{ ...recoveryInstance, ...instance }] : [];
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items });
  ec2.reset();
  ec2.on(DescribeInstancesCommand).callsFake(answer(errors.ec2, { Reservations: [{ Instances: machine ? [machine] : [] }] }));
  const GroupName = 'AWS Elastic Disaster Recovery default Replication Server Security Group';
  ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: groupId ? [{ GroupId: groupId, GroupName, VpcId: 'vpc-1' }] : [] });
  writeFileSync(templateFile, JSON.stringify({ Resources: { [logicalId]: { ...Resources[logicalId], ...next } } }));
}

/** What the command writes. */
async function outputsOf(more: Partial<World>): Promise<{ readonly shown: string[]; readonly json?: string; readonly error?: string }> {
  const played = { ...world(), ...more };
  arrange(played);
  const configuration = () => ({ region: REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const session = {
    region: played.region,
    configuration,
    accountId: () => Promise.resolve(ACCOUNT),
    assumeRole: (role: string) => withReadableErrors(`sts:AssumeRole on ${role}`, () => Promise.reject(failure('AccessDenied'))),
  } as unknown as Session;
  const steps: string[] = [];
  try {
    const order = { stackName: 'LandingZone', ...(played.next && { templateFile }), ...played.order };
    const plan = await makePlan(session, order, {
      progress: (step) => steps.push(String(step)),
      announce: (step) => steps.push(String(step)),
    });
    const screens = [
      { width: 40, isColoured: false },
      { width: 120, isColoured: true },
      { width: 400, isColoured: false },
    ];
    return { shown: [...steps, ...screens.map((screen) => report(plan, screen))], json: toJson(plan) };
  } catch (error) {
    return { shown: steps, error: String(messageOf(error)) };
  }
}

const isCommand = (line: string) => /^ +(aws|npx) /.test(line);

function wrongOnScreen(shown: string): string[] {
  // Our own colours.
  const lines = shown.replace(/\x1b\[\d+m/g, '').split('\n');
  return lines.flatMap((line) => [
    ...wrongIn(line),
    ...(isCommand(line) ? wrongInCommand(line.trim()) : []),
    ...(line.includes('`') ? ['a backtick'] : []),
  ]);
}

function wrongInJson(json: string): string[] {
  const commands: string[] = [];
  const strings: string[] = [];
  JSON.parse(json, (name: string, value: unknown) => {
    if (typeof value === 'string') strings.push(value);
    if (name === 'commands') commands.push(...(value as string[]));
    return value;
  });
  return [...(/^[\n -~]*$/.test(json) ? [] : ['JSON that is not ASCII']), ...strings.flatMap(wrongIn), ...commands.flatMap(wrongInCommand)];
}

describe.each(FIELDS)('%s', (_where, write) => {
  test.each(HOSTILE_VALUES)('$what', async ({ value }) => {
    const { shown, json, error } = await outputsOf(write(value));
    expect(shown.flatMap(wrongOnScreen)).toEqual([]);
    expect(wrongIn(error ?? '')).toEqual([]);
    expect(wrongInJson(json ?? '{}')).toEqual([]);
    expect([json, error].filter((one) => one !== undefined)).toHaveLength(1);
  });
});

/** The plan goes by them, and tells nobody. */
const NEVER_TOLD = ['the ID of a stack', 'the name of a drain', 'a server of the next template', 'a type of the next template'];

test('each field was written: a harmless value is told', async () => {
  const silent: string[] = [];
  for (const [where, write] of FIELDS) {
    silent.push(...(JSON.stringify(await outputsOf(write('HARMLESS'))).includes('HARMLESS') ? [] : [where]));
  }
  expect(silent).toEqual(NEVER_TOLD);
});

describe('the profile', () => {
  const { AWS_PROFILE: before } = process.env;
  afterAll(() => (before === undefined ? delete process.env.AWS_PROFILE : (process.env.AWS_PROFILE = before)));

  test.each(HOSTILE_VALUES)('$what', async ({ value }) => {
    // A variable of the environment has no NUL.
    process.env.AWS_PROFILE = value.replaceAll('\0', '');
    const failed = await withReadableErrors('a', () => Promise.reject(failure('ExpiredToken'))).catch((error: unknown) => error);
    const told = String(messageOf(failed));
    const [command = ''] = messageOf(failed).commands.map((one) => one.toJSON());
    expect(wrongIn(told.replace(command, 'aws x'))).toEqual([]);
    expect(command).toMatch(/^aws sso login --profile ([\w+=,.@-]+|'([^'`]|'\\'')*')$/);
    expect(command.includes(MARK) ? wordsOf(command).at(-1) : '?').toBe(command.includes(MARK) ? process.env.AWS_PROFILE : '?');
  });
});

/** As a POSIX shell reads them. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:[^\s'\\]|\\.|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/\\(.)|'([^']*)'/g, (_, escaped?: string, quoted?: string) => escaped ?? quoted ?? ''));
}
