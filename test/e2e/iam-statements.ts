import { readFileSync } from 'node:fs';
import type { App, Environment, Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { type Assembly, removeAssembly, synthesizeApp, synthesizeStack, templateFileOf } from '../../scenarios/assembly';
import { defaultRegion } from '../../emulator/defaults';
import { addDisconnection, type DisconnectionOptions, sourceServerArn } from '../../scenarios/stacks';
import { FunctionRoleStack, ServersAccountStack } from '../../examples/cross-account/stacks';
import { FleetDisconnection, SourceServerSelection, StagingAreaDrain, TeardownFunction } from '../../lib';

// What is granted: to the function of a stack by the constructs, and to the role that it assumes by the example of that.

/** The accounts of the stack, and of the servers where a role is assumed. */
export const [HERE, THERE] = ['111122223333', '444455556666'] as const;
const STACK = 'DisasterRecoveryLandingZone';
const ROLE_STACK = 'ServersAccount';
/** As the example names them. */
const [FUNCTION_ROLE, SERVERS_ROLE] = ['LandingZoneTeardownFunction', 'LandingZoneTeardown'];
export const SERVERS_ROLE_ARN = `arn:aws:iam::${THERE}:role/${SERVERS_ROLE}`;

export interface Statement {
  Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Properties: { PolicyDocument?: { Statement: Statement[] }; Policies?: unknown; ManagedPolicyArns?: unknown };
}
interface Template {
  readonly Resources: Record<string, Resource>;
}
export interface Synthesized {
  readonly assembly: Assembly;
  readonly template: Template;
}

export type Servers = readonly (readonly [constructId: string, sourceServerId: string])[];

/** A stack of disconnections; the function makes the calls itself, or as the role of the example. */
export async function synthesizeDisconnections(
  servers: Servers,
  options: DisconnectionOptions = {},
  assumesRole = false,
): Promise<Synthesized> {
  const declare = (stack: Stack) => {
    const more = assumesRole ? { ...options, ...roleOptions(stack) } : options;
    servers.forEach(([id, server]) => addDisconnection(stack, id, sourceServerArn(server, undefined, assumesRole ? THERE : HERE), more));
  };
  return read(await synthesizeStack(STACK, declare));
}

/** As the landing zone of the example. */
function roleOptions(stack: Stack): DisconnectionOptions {
  const role = Role.fromRoleName(stack, 'FunctionRole', FUNCTION_ROLE);
  return {
    assumeRole: Role.fromRoleArn(stack, 'ServersRole', SERVERS_ROLE_ARN),
    teardownFunction: new TeardownFunction(stack, 'TeardownFunction', { role }),
  };
}

/** The stack of the example that comes first: the servers' role trusts the function's. */
export async function synthesizeFunctionRole(): Promise<Synthesized> {
  return read(await synthesizeApp('FunctionRole', (app, env) => new FunctionRoleStack(app, 'FunctionRole', { env }), HERE));
}

/** The role's stack of the example, with what its README says that options need. */
export async function synthesizeRole(options: DisconnectionOptions = {}): Promise<Synthesized> {
  const declare = (app: App, env: Environment) => {
    const role = new ServersAccountStack(app, ROLE_STACK, { env, landingZoneAccount: HERE, serversRegion: defaultRegion }).node.findChild(
      'TeardownRole',
    ) as Role;
    statementsInReadme(options).forEach((statement) => role.addToPolicy(PolicyStatement.fromJson(statement)));
  };
  return read(await synthesizeApp(ROLE_STACK, declare, THERE));
}

export const FLEET_TAGS = { 'landing-zone': 'payments' };

/** A stack with a fleet and a drain, and no policy of anybody else. */
export async function synthesizeDrain(): Promise<Synthesized> {
  const declare = (stack: Stack) => {
    const vpc = new Vpc(stack, 'Vpc', {
      maxAzs: 2,
      subnetConfiguration: [{ name: 'Staging', subnetType: SubnetType.PRIVATE_ISOLATED }],
      restrictDefaultSecurityGroup: false,
    });
    const stagingAreaDrain = new StagingAreaDrain(stack, 'StagingAreaDrain', { vpc });
    new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags(FLEET_TAGS), stagingAreaDrain });
  };
  return read(await synthesizeStack(STACK, declare));
}

/** The rows of the example's README; one without an option belongs to the option above it. */
export function statementsInReadme({ recoveryInstancePolicy, deleteSourceServer }: DisconnectionOptions): Statement[] {
  const wanted = [`recoveryInstancePolicy: ${recoveryInstancePolicy}`, ...(deleteSourceServer ? ['deleteSourceServer: true'] : [])];
  const rows = readFileSync('examples/cross-account/README.md', 'utf8').matchAll(/^\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm);
  const statements: Statement[] = [];
  let option = '';
  for (const [, first, actions, resources] of rows) {
    option = /`(.+)`/.exec(first)?.[1] ?? option;
    if (wanted.includes(option)) {
      statements.push(statementOf(actions, resources));
    }
  }
  return statements;
}

function statementOf(actions: string, resources: string): Statement {
  const [exists, isTrue] = [/`(aws:\S+)` exists/, /`(aws:\S+)` is true/].map((pattern) => pattern.exec(actions)?.[1]);
  const [, isNot, other] = /`(aws:\S+)` is not `(\S+)`/.exec(actions) ?? [];
  return {
    Effect: 'Allow',
    Action: Array.from(actions.matchAll(/`((?!aws:)\w+:\w+)`/g), ([, action]) => action),
    Resource: Array.from(resources.matchAll(/`(.+?)`/g), ([, resource]) =>
      resource.replace('ACCOUNT', THERE).replace('REGION', defaultRegion),
    ),
    ...(exists &&
      isTrue &&
      isNot && { Condition: { Null: { [exists]: 'false' }, Bool: { [isTrue]: 'true' }, StringNotEquals: { [isNot]: other } } }),
  } as Statement;
}

/** Who deploys an assembly removes it, but most are only read. */
const assemblies: Assembly[] = [];
afterAll(() => assemblies.forEach(removeAssembly));

function read(assembly: Assembly): Synthesized {
  assemblies.push(assembly);
  return { assembly, template: JSON.parse(readFileSync(templateFileOf(assembly), 'utf8')) as Template };
}

export function statementsOf({ template: { Resources } }: Synthesized): Statement[] {
  return Object.values(Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Policy' ? Properties.PolicyDocument!.Statement : [],
  );
}

export function actionsOf({ Action }: Statement): string[] {
  return [Action].flat();
}

/** In an order of their own, each one once. */
export function sorted(actions: readonly string[]): string[] {
  return [...new Set(actions)].sort();
}
