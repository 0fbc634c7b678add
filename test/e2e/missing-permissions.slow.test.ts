import { APP, DATABASE, type DisconnectionOptions } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import type { Settings } from '../../emulator/settings';
import { RecoveryInstancePolicy } from '../../lib';
import {
  actionsOf,
  HERE,
  type Servers,
  SERVERS_ROLE_ARN,
  sorted,
  statementsOf,
  synthesizeDisconnections,
  synthesizeFunctionRole,
  type Synthesized,
  synthesizeRole,
  THERE,
} from './iam-statements';
import { onStage } from './with-emulator';

// Each action and each statement that is granted is needed: without it something fails, and says which action it was.

const { DISCONNECT, TERMINATE_DRILLS } = RecoveryInstancePolicy;

const stateOf = (stage: Stage, id: string) => stage.aws.drs.sourceServer(id)?.dataReplicationInfo?.dataReplicationState;

/** Deploys disconnections of these servers. */
type Deploy = (servers: Servers, expected: string) => Promise<void>;

async function deployWithout(stage: Stage, removed: readonly string[], synthesized: Synthesized, expected: string) {
  for (const statement of statementsOf(synthesized)) {
    const left = actionsOf(statement).filter((action) => !removed.includes(action));
    // IAM takes no statement without an action.
    statement.Action = left.length > 0 ? left : 'none:Nothing';
  }
  const { assembly, template } = synthesized;
  expect(await stage.operator.deploy(assembly, { TemplateBody: JSON.stringify(template) })).toBe(expected);
}

/** Whose grants lack something. */
interface Lacking {
  readonly who: string;
  /** Where the servers are. */
  readonly account: string;
  readonly grantTo: string;
  prepare(stage: Stage, removed: readonly string[], options?: DisconnectionOptions): Promise<Deploy>;
}

const theFunction: Lacking = {
  who: 'the function',
  account: HERE,
  grantTo: "the function's role",
  prepare: async (stage, removed, options) => async (servers, expected) =>
    deployWithout(stage, removed, await synthesizeDisconnections(servers, options), expected),
};

const theRole: Lacking = {
  who: 'the role that the function assumes',
  account: THERE,
  grantTo: `the role ${SERVERS_ROLE_ARN}`,
  async prepare(stage, removed, options) {
    await deployWithout(stage, [], await synthesizeFunctionRole(), 'CREATE_COMPLETE');
    await deployWithout(stage.ofAccount(THERE), removed, await synthesizeRole(options), 'CREATE_COMPLETE');
    return async (servers, expected) => deployWithout(stage, [], await synthesizeDisconnections(servers, options, true), expected);
  },
};

const theFunctionThatAssumes: Lacking = {
  ...theFunction,
  who: 'the function that assumes a role',
  account: THERE,
  async prepare(stage, removed, options) {
    await deployWithout(stage, [], await synthesizeFunctionRole(), 'CREATE_COMPLETE');
    await deployWithout(stage.ofAccount(THERE), [], await synthesizeRole(options), 'CREATE_COMPLETE');
    return async (servers, expected) => deployWithout(stage, removed, await synthesizeDisconnections(servers, options, true), expected);
  },
};

/** What is needed there; it ends with a failure. */
interface Situation {
  readonly when: string;
  readonly options?: DisconnectionOptions;
  readonly settings?: Partial<Settings>;
  /** The state of the server then. */
  readonly left?: string;
  play(stage: Stage, deploy: Deploy): Promise<void>;
}

const deployed: Situation = {
  when: 'a disconnection is deployed',
  play: (_stage, deploy) => deploy([['Server', APP]], 'ROLLBACK_COMPLETE'),
};
const deleted: Situation = {
  when: 'the stack is deleted',
  async play(stage, deploy) {
    await deploy([['Server', APP]], 'CREATE_COMPLETE');
    await stage.destroy('DELETE_FAILED');
  },
};
const replaced: Situation = {
  when: 'a server with a recovery instance is to be replaced by another one',
  async play(stage, deploy) {
    await deploy([['Server', APP]], 'CREATE_COMPLETE');
    stage.aws.drs.addRecoveryInstance({ sourceServerID: APP });
    await deploy([['Server', DATABASE]], 'UPDATE_ROLLBACK_COMPLETE');
  },
};
const removed: Situation = {
  when: 'an update removes a disconnection',
  async play(_stage, deploy) {
    const other = ['Database', DATABASE] as const;
    await deploy([['App', APP], other], 'CREATE_COMPLETE');
    // CloudFormation drops what it could not delete in three tries.
    await deploy([other], 'UPDATE_COMPLETE');
  },
};
const recordDeleted: Situation = {
  ...deleted,
  when: 'the record of the server is to be deleted',
  options: { deleteSourceServer: true },
  left: 'DISCONNECTED',
};
const withDrill = (when: string, recoveryInstancePolicy: RecoveryInstancePolicy, settings?: Partial<Settings>): Situation => ({
  when,
  options: { recoveryInstancePolicy },
  settings,
  async play(stage, deploy) {
    await deploy([['Server', APP]], 'CREATE_COMPLETE');
    stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, isDrill: true });
    await stage.destroy('DELETE_FAILED');
  },
});
const released = withDrill('a recovery instance is to be disconnected', DISCONNECT);
const held = withDrill('the record of a recovery instance holds the server', DISCONNECT, { disconnectedRecordHolds: true });
const terminated = withDrill('a drill is to be terminated', TERMINATE_DRILLS);

/** An action, or all of a statement. */
const ofDrs: [actions: string[], Situation][] = [
  [['drs:DisconnectSourceServer'], deleted],
  [['drs:DescribeSourceServers'], deployed],
  [['drs:DescribeRecoveryInstances'], replaced],
  [['ec2:DescribeInstances'], replaced],
  [['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'], deployed],
  [['drs:DeleteSourceServer'], recordDeleted],
  [['drs:DisconnectRecoveryInstance'], released],
  [['drs:DeleteRecoveryInstance'], held],
  [['drs:DisconnectRecoveryInstance', 'drs:DeleteRecoveryInstance'], released],
  [['drs:TerminateRecoveryInstances'], terminated],
  [['drs:DescribeJobs'], terminated],
  [['ec2:DescribeVolumes'], terminated],
  [['ec2:DescribeVolumes', 'drs:DescribeJobs'], terminated],
  [['ec2:TerminateInstances'], terminated],
  [['ec2:DeleteVolume'], terminated],
  [['ec2:TerminateInstances', 'ec2:DeleteVolume'], terminated],
];
const judgement: [actions: string[], Situation][] = [
  [['cloudformation:DescribeStacks'], deleted],
  [['cloudformation:ListStackResources'], removed],
  [['cloudformation:DescribeStackEvents'], deleted],
  [['cloudformation:ListStackResources', 'cloudformation:DescribeStackEvents'], removed],
];
const assumption: [actions: string[], Situation][] = [[['sts:AssumeRole'], deployed]];
const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const forTheLog = [...logs.map((action) => [action]), logs];

const rows = (lacking: Lacking, situations: [string[], Situation][]) =>
  situations.map(([actions, situation]) => ({ lacking, who: lacking.who, actions, situation, when: situation.when }));

test.each([
  ...rows(theFunction, [...ofDrs, ...judgement]),
  ...rows(theFunctionThatAssumes, [...assumption, ...judgement]),
  ...rows(theRole, ofDrs),
])(
  '$who may not call $actions, and $when: a failure that names the action, and whom to grant it',
  async ({ lacking, actions, situation }) => {
    await onStage({ speed: 120, ...situation.settings }, async (stage) => {
      const { account, grantTo } = lacking;
      stage.ofAccount(account).seed({ sourceServerID: APP }, { sourceServerID: DATABASE });
      await situation.play(stage, await lacking.prepare(stage, actions, situation.options));
      expect(stage.reason()).toContain('The teardown function may not call ');
      expect(stage.reason()).toContain(actions[0]);
      expect(stage.reason()).toContain(`Grant it to ${grantTo}`);
      expect([stateOf(stage, APP), stateOf(stage, DATABASE)]).toEqual([situation.left ?? 'CONTINUOUS', 'CONTINUOUS']);
    });
  },
);

describe('What only explains a conflict, or writes the log, is missed but not needed', () => {
  const servers: Servers = [['Server', APP]];

  test.each([['drs:DescribeSourceServers'], ['drs:DescribeRecoveryInstances'], ['ec2:DescribeInstances']])(
    'without %s, when a server with a recovery instance is to be disconnected: a failure with what DRS said',
    async (action) => {
      await onStage({}, async (stage) => {
        stage.seed({ sourceServerID: APP });
        await deployWithout(stage, [], await synthesizeDisconnections(servers), 'CREATE_COMPLETE');
        await deployWithout(stage, [action], await synthesizeDisconnections(servers), 'UPDATE_COMPLETE');
        stage.aws.drs.addRecoveryInstance({ sourceServerID: APP });
        await stage.destroy('DELETE_FAILED');
        expect(stage.reason()).toMatch(/ConflictException: .*has a Recovery Instance/);
        expect(stage.reason()).toContain('Unwind in this order');
        expect(stateOf(stage, APP)).toBe('CONTINUOUS');
      });
    },
  );

  test.each(forTheLog.map((actions) => [actions]))('without %j: no log, and the server is disconnected', async (actions) => {
    await onStage({}, async (stage) => {
      stage.seed({ sourceServerID: APP });
      await deployWithout(stage, actions, await synthesizeDisconnections(servers), 'CREATE_COMPLETE');
      await stage.destroy();
      expect(stateOf(stage, APP)).toBe('DISCONNECTED');
      expect(stage.aws.lambda.logs.all()).toEqual([]);
    });
  });
});

describe('Each action and each statement was taken away above', () => {
  const servers: Servers = [['Server', APP]];
  test.each<[string, [string[], Situation][], (options?: DisconnectionOptions) => Promise<Synthesized>]>([
    ['from the function', [...ofDrs, ...judgement], (options) => synthesizeDisconnections(servers, options)],
    ['from the function that assumes a role', [...assumption, ...judgement], (options) => synthesizeDisconnections(servers, options, true)],
    ['from the role', ofDrs, (options) => synthesizeRole(options)],
  ])('%s', async (_whose, situations, synthesize) => {
    const takenAway = [...situations.map(([actions]) => actions), ...forTheLog].map((actions) => sorted(actions).join());
    const everyOption = [DISCONNECT, TERMINATE_DRILLS].map((policy) => ({ recoveryInstancePolicy: policy, deleteSourceServer: true }));
    const synthesized = await Promise.all(everyOption.map(synthesize));
    for (const actions of synthesized.flatMap(statementsOf).map(actionsOf)) {
      expect(takenAway).toEqual(expect.arrayContaining([...actions, sorted(actions).join()]));
    }
  });
});
