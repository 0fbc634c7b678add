import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { APP, DATABASE, type DisconnectionOptions } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import { RecoveryInstancePolicy } from '../../lib';
import {
  actionsOf,
  FLEET_TAGS,
  HERE,
  sorted,
  type Statement,
  statementsInReadme,
  statementsOf,
  synthesizeDisconnections,
  synthesizeDrain,
  synthesizeFunctionRole,
  type Synthesized,
  synthesizeRole,
  THERE,
} from './iam-statements';
import { onStage } from './with-emulator';

// The roles may do what the function does, and nothing else: compared with the source, and with the calls that are made, for each combination of options.
// That each action and each statement is needed is proven in missing-permissions.slow.test.ts.

const { FAIL, DISCONNECT, TERMINATE_DRILLS } = RecoveryInstancePolicy;

interface Combination extends DisconnectionOptions {
  readonly recoveryInstancePolicy: RecoveryInstancePolicy;
  readonly deleteSourceServer: boolean;
  readonly assumesRole: boolean;
}
const combinations = [FAIL, DISCONNECT, TERMINATE_DRILLS].flatMap((recoveryInstancePolicy) =>
  [false, true].flatMap((deleteSourceServer) =>
    [false, true].map((assumesRole): Combination => ({ recoveryInstancePolicy, deleteSourceServer, assumesRole })),
  ),
);
const [both, one] = [
  [
    ['App', APP],
    ['Database', DATABASE],
  ],
  [['Database', DATABASE]],
] as const;

const synthesize = ({ assumesRole, ...options }: Combination, servers: typeof both | typeof one = both) =>
  synthesizeDisconnections(servers, options, assumesRole);
const granted = (synthesized: Synthesized) => sorted(statementsOf(synthesized).flatMap(actionsOf));

/** From the service authorization reference: what AWS does for the caller, with the caller's own permissions. */
const dependent: Record<string, string[]> = {
  'drs:DescribeRecoveryInstances': ['drs:DescribeSourceServers', 'ec2:DescribeInstances'],
  'drs:TerminateRecoveryInstances': [
    'drs:DescribeSourceServers',
    'ec2:DescribeInstances',
    'ec2:DescribeVolumes',
    'ec2:TerminateInstances',
    'ec2:DeleteVolume',
  ],
};
const needed = (called: readonly string[]) => sorted([...called, ...called.flatMap((action) => dependent[action] ?? [])]);
const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** The calls of the function itself, and of the role that it assumes. */
interface Called {
  readonly function: string[];
  readonly role: string[];
}
const played = new Map<Combination, Promise<Called>>();
const callsOf = (combination: Combination) => {
  const calls = played.get(combination) ?? play(combination);
  played.set(combination, calls);
  return calls;
};

/** So slow that no call is given up on a busy machine, after which others are made. They are played at the same time, since they mostly wait. */
const PACE = 30;

/** Each situation in which the function behaves in another way: an update removes a disconnection, and a server with a drill is disconnected. */
async function play(combination: Combination): Promise<Called> {
  const { recoveryInstancePolicy: policy, assumesRole } = combination;
  const called: Called = { function: [], role: [] };
  // The record of a disconnected recovery instance is deleted only if it holds the server.
  await onStage({ speed: PACE, disconnectedRecordHolds: policy === DISCONNECT }, async (stage) => {
    const servers = assumesRole ? stage.ofAccount(THERE) : stage;
    servers.seed({ sourceServerID: APP }, { sourceServerID: DATABASE });
    if (assumesRole) {
      expect(await stage.operator.deploy((await synthesizeFunctionRole()).assembly)).toBe('CREATE_COMPLETE');
      expect(await servers.operator.deploy((await synthesizeRole(combination)).assembly)).toBe('CREATE_COMPLETE');
    }
    expect(await stage.operator.deploy((await synthesize(combination)).assembly)).toBe('CREATE_COMPLETE');
    expect(await stage.operator.deploy((await synthesize(combination, one)).assembly)).toBe('UPDATE_COMPLETE');
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true });
    if (policy === FAIL) {
      await stage.destroy('DELETE_FAILED');
      await servers.runCommandOf(stage.reason(), /disconnect-recovery-instance/);
    }
    await stage.destroy();
    called.function.push(...callsFrom(stage, HERE));
    called.role.push(...callsFrom(stage, THERE));
  });
  return called;
}

function callsFrom(stage: Stage, account: string): string[] {
  const calls = stage.aws.calls.all().filter(({ callerArn, accountId }) => callerArn.includes(':assumed-role/') && accountId === account);
  return sorted(calls.map(({ service, operation }) => `${service}:${operation}`));
}

/** The calls of a function whose stack has a fleet and a drain. */
let drained: Promise<string[]> | undefined;
const callsOfDrain = () => (drained ??= playDrain());

async function playDrain(): Promise<string[]> {
  let calls: string[] = [];
  await onStage({ speed: 2 * PACE }, async (stage) => {
    expect(await stage.operator.deploy((await synthesizeDrain()).assembly)).toBe('CREATE_COMPLETE');
    const [{ subnetId: stagingSubnetId }] = stage.aws.ec2.network().subnets.all();
    // The other one replicates elsewhere.
    stage.seed({ tags: FLEET_TAGS, stagingSubnetId }, {});
    await stage.destroy();
    calls = callsFrom(stage, HERE);
  });
  return calls;
}

test.concurrent.each(combinations)(
  'with $recoveryInstancePolicy, deleteSourceServer $deleteSourceServer, a role $assumesRole: what is granted is what is called, none missing, none to spare',
  async (combination) => {
    const called = await callsOf(combination);
    const synthesized = await synthesize(combination);
    expect(granted(synthesized)).toEqual(sorted([...needed(called.function), ...logs]));
    expect(combination.assumesRole ? granted(await synthesizeRole(combination)) : []).toEqual(needed(called.role));
    expect(granted(synthesized).filter((action) => action.includes('*'))).toEqual([]);
    const elsewhere = Object.values(synthesized.template.Resources).filter(
      ({ Type, Properties }) =>
        Type === 'AWS::IAM::ManagedPolicy' || Properties.Policies !== undefined || Properties.ManagedPolicyArns !== undefined,
    );
    expect(elsewhere).toEqual([]);
  },
);

test.concurrent(
  'with a drain, what is granted beyond a disconnection is what the drain calls',
  async () => {
    const single = granted(await synthesize(combinations[0]));
    const beyond = (actions: readonly string[]) => actions.filter((action) => !single.includes(action));
    expect(beyond(granted(await synthesizeDrain()))).toEqual(beyond(await callsOfDrain()));
  },
  120_000,
);

test('a function that assumes a role may not call DRS itself', async () => {
  const assuming = await Promise.all(combinations.filter(({ assumesRole }) => assumesRole).map((combination) => synthesize(combination)));
  expect(sorted(assuming.flatMap(granted))).toEqual([
    'cloudformation:DescribeStackEvents',
    'cloudformation:DescribeStacks',
    'cloudformation:ListStackResources',
    ...logs,
    'sts:AssumeRole',
  ]);
});

describe('the source', () => {
  const sources = readdirSync('lambda', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join('lambda', file), 'utf8'))
    .join('\n');
  // CloudFormation and EC2 have commands of our own: lambda/aws/cloudformation.ts, lambda/drain/ec2-commands.ts.
  const commands =
    /import \{([^}]*)\} from '(?:@aws-sdk\/client-|\.\.\/aws\/(?=cloudformation)|\.\/(?=ec2-commands))([a-z0-9]+)(?:-commands)?'/g;
  const imported = Array.from(sources.matchAll(commands), ([, names, service]) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => ({ name, service: service })),
  ).flat();
  const called = imported
    .filter(({ name }) => name.endsWith('Command'))
    .map(({ name, service }) => `${service}:${name.replace(/Command$/, '')}`);

  test('calls AWS through commands alone, so that its imports say what it calls', () => {
    expect(called.length).toBeGreaterThan(3);
    expect(imported.filter(({ name }) => !/(Command|Client)$/.test(name))).toEqual([]);
    expect(Array.from(sources.matchAll(/@aws-sdk\/(?!client-|credential-provider-|util-endpoints)|from 'aws-sdk/g))).toEqual([]);
  });

  test('names the actions that are called in its failures', () => {
    const named = Array.from(sources.matchAll(/'((?:drs|cloudformation|ec2|sts):[A-Z]\w+)'/g), ([, action]) => action);
    expect(sorted(named)).toEqual(sorted(called));
  });

  test('calls nothing that was not called above, with one combination or another', async () => {
    const calls = await Promise.all(combinations.map(callsOf));
    expect(sorted(called)).toEqual(sorted([...calls.flatMap((one) => [...one.function, ...one.role]), ...(await callsOfDrain())]));
  }, 180_000);
});

describe('the documentation', () => {
  test('names in docs/security.md what is granted', async () => {
    const [, section] = readFileSync('docs/security.md', 'utf8').split("## What the function's role may do");
    const named = Array.from(
      section.split('\n## ')[0].matchAll(/`((?:drs|ec2|cloudformation|logs|sts):[A-Z]\w+)`/g),
      ([, action]) => action,
    );
    const all = await Promise.all(combinations.map((combination) => synthesize(combination)));
    const session = { assumeRoleOptions: { sourceIdentity: 'cdk-drs', sessionTags: { team: 'payments' } } };
    const withSession = await synthesizeDisconnections(one, session, true);
    expect(sorted(named)).toEqual(sorted([...all, withSession, await synthesizeDrain()].flatMap(granted)));
  });

  const options: DisconnectionOptions[] = [
    { deleteSourceServer: true },
    { recoveryInstancePolicy: DISCONNECT },
    { recoveryInstancePolicy: TERMINATE_DRILLS },
  ];
  test.each(options)('lists for a role to assume what the function would be granted without one, with %j', async (option) => {
    const base = statementsOf(await synthesizeDisconnections(one)).map(normalized);
    const more = statementsOf(await synthesizeDisconnections(one, option)).map(normalized);
    const byOption = more.filter((statement) => !base.includes(statement));
    expect(byOption.length).toBeGreaterThan(0);
    expect(statementsInReadme(option).map(normalized).sort()).toEqual(byOption.sort());
  });

  test('has in the example what the function would be granted without a role', async () => {
    const own = statementsOf(await synthesizeDisconnections(one)).map(normalized);
    const ofDrs = own.filter((statement) => /"drs:/.test(statement));
    expect(
      statementsOf(await synthesizeRole())
        .map(normalized)
        .sort(),
    ).toEqual(ofDrs.sort());
  });
});

/** The same text for statements that say the same, in whatever account. */
function normalized(statement: Statement): string {
  const resources = [statement.Resource].flat().map(textOf);
  return JSON.stringify([sorted(actionsOf(statement)), resources, statement.Condition]).replaceAll(THERE, HERE);
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  return Ref === 'AWS::Partition' ? 'aws' : join ? join[1].map(textOf).join(join[0]) : JSON.stringify(value);
}
