import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { synthesizeStack, templateFileOf } from '../../bin/rehearsal/assembly';
import type { Stage } from '../../bin/rehearsal/stage';
import { SourceServer, SourceServerDisconnection } from '../../lib';
import { onStage } from './on-stage';

// The role may do what the function does, and nothing else: compared with the source, and proven by taking away one action, or one statement, at a time.

const STACK = 'DisasterRecoveryLandingZone';
const [APP, DATABASE] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'] as const;

interface Statement {
  readonly Action: string | readonly string[];
}
interface Resource {
  readonly Type: string;
  readonly Properties: { PolicyDocument?: { Statement: Statement[] }; Policies?: unknown; ManagedPolicyArns?: unknown };
}
interface Template {
  readonly Resources: Record<string, Resource>;
}
type Declare = (stack: Stack) => void;

const declare =
  (...servers: [id: string, sourceServerId: string][]): Declare =>
  (stack) =>
    servers.forEach(([id, sourceServerId]) => {
      const sourceServer = SourceServer.fromSourceServerId(stack, `Server${id}`, sourceServerId);
      new SourceServerDisconnection(stack, id, { sourceServer });
    });

const statementsOf = ({ Resources }: Template) =>
  Object.values(Resources).flatMap(({ Type, Properties }) => (Type === 'AWS::IAM::Policy' ? Properties.PolicyDocument!.Statement : []));
const actionsOf = ({ Action }: Statement) => [Action].flat();

async function synthesize(declared: Declare) {
  const assembly = await synthesizeStack(STACK, declared);
  return { assembly, template: JSON.parse(readFileSync(templateFileOf(assembly), 'utf8')) as Template };
}

/** Deploys the stack with a role that may not do this. */
async function deployWithout(stage: Stage, removed: readonly string[], declared: Declare, expected: string) {
  const { assembly, template } = await synthesize(declared);
  for (const statement of statementsOf(template)) {
    const left = actionsOf(statement).filter((action) => !removed.includes(action));
    // IAM takes no statement without an action.
    Object.assign(statement, { Action: left.length > 0 ? left : 'none:Nothing' });
  }
  expect(await stage.operator.deploy(assembly, { TemplateBody: JSON.stringify(template) })).toBe(expected);
}

const stateOf = (stage: Stage, id: string) => stage.aws.drs.sourceServer(id)?.dataReplicationInfo?.dataReplicationState;

/** A situation in which the function needs what was removed; it ends with a failure. */
type Situation = readonly [
  removed: readonly string[],
  situation: string,
  play: (stage: Stage, removed: readonly string[]) => Promise<void>,
];

const isDeployed: Situation[1] = 'a disconnection is deployed';
const deploying: Situation[2] = (stage, removed) => deployWithout(stage, removed, declare(['Disconnection', APP]), 'ROLLBACK_COMPLETE');
const isDeleted: Situation[1] = 'the stack is deleted';
const deleting: Situation[2] = async (stage, removed) => {
  await deployWithout(stage, removed, declare(['Disconnection', APP]), 'CREATE_COMPLETE');
  expect(await stage.operator.destroy(STACK)).toBe('DELETE_FAILED');
};
const isReplaced: Situation[1] = 'a server with a recovery instance is to be replaced by another one';
const replacing: Situation[2] = async (stage, removed) => {
  await deployWithout(stage, removed, declare(['Disconnection', APP]), 'CREATE_COMPLETE');
  stage.aws.drs.addRecoveryInstance({ sourceServerID: APP });
  await deployWithout(stage, removed, declare(['Disconnection', DATABASE]), 'UPDATE_ROLLBACK_COMPLETE');
};
const isRemoved: Situation[1] = 'an update removes a disconnection';
const removing: Situation[2] = async (stage, removed) => {
  await deployWithout(stage, removed, declare(['App', APP], ['Database', DATABASE]), 'CREATE_COMPLETE');
  // CloudFormation drops what it could not delete in three tries.
  await deployWithout(stage, removed, declare(['Database', DATABASE]), 'UPDATE_COMPLETE');
};

const needed: Situation[] = [
  [['drs:DisconnectSourceServer'], isDeleted, deleting],
  [['cloudformation:DescribeStacks'], isDeleted, deleting],
  [['cloudformation:ListStackResources'], isRemoved, removing],
  [['drs:DescribeSourceServers'], isDeployed, deploying],
  [['drs:DescribeRecoveryInstances'], isReplaced, replacing],
  [['ec2:DescribeInstances'], isReplaced, replacing],
  [['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'], isDeployed, deploying],
];
const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const forTheLog = [...logs.map((action) => [action]), logs];

test.each(needed)('without %j, when %s: a failure that names the action, and nobody is disconnected', async (removed, _situation, play) => {
  await onStage({}, async (stage) => {
    stage.seed({ sourceServerID: APP }, { sourceServerID: DATABASE });
    await play(stage, removed);
    expect(stage.reason()).toContain('The teardown function may not call ');
    expect(stage.reason()).toContain(removed[0]);
    expect([stateOf(stage, APP), stateOf(stage, DATABASE)]).toEqual(['CONTINUOUS', 'CONTINUOUS']);
  });
});

describe('what only explains a conflict, or writes the log, is missed but not needed', () => {
  test.each([['drs:DescribeSourceServers'], ['drs:DescribeRecoveryInstances'], ['ec2:DescribeInstances']])(
    'without %s, when a server with a recovery instance is to be disconnected: a failure with what DRS said',
    async (removed) => {
      await onStage({}, async (stage) => {
        stage.seed({ sourceServerID: APP });
        await deployWithout(stage, [], declare(['Disconnection', APP]), 'CREATE_COMPLETE');
        await deployWithout(stage, [removed], declare(['Disconnection', APP]), 'UPDATE_COMPLETE');
        stage.aws.drs.addRecoveryInstance({ sourceServerID: APP });
        expect(await stage.operator.destroy(STACK)).toBe('DELETE_FAILED');
        expect(stage.reason()).toMatch(/ConflictException: .*has a Recovery Instance/);
        expect(stage.reason()).toContain('Unwind in this order');
        expect(stateOf(stage, APP)).toBe('CONTINUOUS');
      });
    },
  );

  test.each(forTheLog.map((removed) => [removed]))('without %j: no log, and the server is disconnected', async (removed) => {
    await onStage({}, async (stage) => {
      stage.seed({ sourceServerID: APP });
      await deployWithout(stage, removed, declare(['Disconnection', APP]), 'CREATE_COMPLETE');
      expect(await stage.operator.destroy(STACK)).toBe('DELETE_COMPLETE');
      expect(stateOf(stage, APP)).toBe('DISCONNECTED');
      expect(stage.aws.lambda.logs.all()).toEqual([]);
    });
  });
});

describe('what the role may do is what the function does', () => {
  const sources = readdirSync('lambda', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join('lambda', file), 'utf8'))
    .join('\n');
  const imported = Array.from(sources.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9]+)'/g), ([, names, service]) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type '))
      .map((name) => ({ name, service: service })),
  ).flat();
  const called = imported
    .filter(({ name }) => name.endsWith('Command'))
    .map(({ name, service }) => `${service}:${name.replace(/Command$/, '')}`);
  /** From the service authorization reference: what AWS does for the caller, with the caller's own permissions. */
  const dependent: Record<string, string[]> = {
    'drs:DescribeRecoveryInstances': ['drs:DescribeSourceServers', 'ec2:DescribeInstances'],
  };
  const sorted = (actions: readonly string[]) => [...new Set(actions)].sort();

  test('the function calls AWS through commands alone, so that its imports say what it calls', () => {
    expect(called.length).toBeGreaterThan(3);
    expect(imported.filter(({ name }) => !/(Command|Client)$/.test(name))).toEqual([]);
    expect(Array.from(sources.matchAll(/@aws-sdk\/(?!client-)|from 'aws-sdk/g))).toEqual([]);
  });

  test('failures name the actions that are called', () => {
    const named = Array.from(sources.matchAll(/'((?:drs|cloudformation|ec2|sts):[A-Z]\w+)'/g), ([, action]) => action);
    expect(sorted(named)).toEqual(sorted(called));
  });

  test('none missing, none to spare', async () => {
    const { template } = await synthesize(declare(['App', APP], ['Database', DATABASE]));
    const granted = statementsOf(template).flatMap(actionsOf);
    expect(sorted(granted)).toEqual(sorted([...called, ...called.flatMap((action) => dependent[action] ?? []), ...logs]));
    expect(granted.filter((action) => action.includes('*'))).toEqual([]);
    const elsewhere = Object.values(template.Resources).filter(
      ({ Type, Properties }) =>
        Type === 'AWS::IAM::ManagedPolicy' || Properties.Policies !== undefined || Properties.ManagedPolicyArns !== undefined,
    );
    expect(elsewhere).toEqual([]);
  });

  test('each action and each statement was taken away above', async () => {
    const { template } = await synthesize(declare(['App', APP]));
    const takenAway = [...needed.map(([removed]) => removed), ...forTheLog].map((actions) => sorted(actions).join());
    for (const actions of statementsOf(template).map(actionsOf)) {
      expect(takenAway).toEqual(expect.arrayContaining([...actions, sorted(actions).join()]));
    }
  });
});
