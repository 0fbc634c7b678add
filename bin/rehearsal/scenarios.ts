import { match, ok, strictEqual } from 'node:assert';
import type { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SourceServer, SourceServerDisconnection } from '../../lib';
import type { Settings } from '../../emulator/settings';
import type { Stage } from './stage';

/** Something that can happen to a landing zone. It throws where what should have happened did not. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly settings?: Partial<Settings>;
  play(stage: Stage): Promise<void>;
}

const [APP, DATABASE, STANDBY] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002', 's-1a2b3c4d5e6f70003'] as const;
const TWO = [
  { sourceServerID: APP, hostname: 'app-01' },
  { sourceServerID: DATABASE, hostname: 'database-01' },
];

/** A stack of one disconnection whose server can change, unlike in the landing zone, where each server has a construct of its own. */
const disconnectionOf = (sourceServerId: string, removalPolicy?: RemovalPolicy) => (stack: Stack) => {
  const sourceServer = SourceServer.fromSourceServerId(stack, 'Server', sourceServerId);
  new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, removalPolicy });
};

const teardown: Scenario = {
  name: 'teardown',
  summary: 'the stack is deleted, and its source servers with it',
  async play(stage) {
    stage.seed(...TWO, { sourceServerID: STANDBY, hostname: 'not-ours-01' });
    await stage.deployLandingZone([APP, DATABASE]);
    await stage.show('Deployed: every server replicates');
    await stage.destroy();
    await stage.show('Deleted: the declared servers are disconnected, the other one is not');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED', [STANDBY]: 'CONTINUOUS' });
  },
};

const recoveryInstance: Scenario = {
  name: 'recovery-instance',
  summary: 'a server has a recovery instance: the deletion fails and says what to do, the operator does it and deletes again',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deployLandingZone([APP, DATABASE]);
    const { recoveryInstanceID } = stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: false });
    stage.timeline.say(`A disaster: ${DATABASE} was recovered, and now runs as ${recoveryInstanceID}.`);
    await stage.destroy('DELETE_FAILED');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    stage.timeline.say('The operator does what the reason says.');
    const reason = stage.reason();
    ok(!reason.includes('terminate-recovery-instances'), 'nobody is told to terminate a real recovery instance');
    await stage.runCommandOf(reason, /disconnect-recovery-instance/);
    await stage.runCommandOf(reason, /delete-stack --stack-name \S+ --region/);
    strictEqual(await stage.operator.statusOf('DisasterRecoveryLandingZone'), undefined);
    await stage.show('Deleted');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
  },
};

const alreadyGone: Scenario = {
  name: 'already-gone',
  summary: 'one server was disconnected and deleted by hand, another only disconnected: the stack goes all the same',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deployLandingZone([APP, DATABASE]);
    stage.timeline.say('Somebody works by hand in the meantime.');
    await stage.operator.disconnect(APP);
    await stage.operator.disconnect(DATABASE);
    await stage.operator.deleteRecord(DATABASE);
    await stage.show('Before the deletion');
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: undefined });
  },
};

const typo: Scenario = {
  name: 'typo',
  summary: 'a wrong ID fails the deployment, not the teardown; its rollback disconnects nobody',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deployLandingZone([APP, STANDBY], 'ROLLBACK_COMPLETE');
    match(stage.reason(), /There is no source server s-1a2b3c4d5e6f70003/);
    await stage.show('Rolled back: every server replicates');
    await stage.destroy();
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'CONTINUOUS' });
  },
};

const replacement: Scenario = {
  name: 'replacement',
  summary: 'the ID changes: the old server is disconnected in the clean-up of the update, the new one is not',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    await stage.deploy(disconnectionOf(DATABASE), 'UPDATE_COMPLETE');
    await stage.show('Updated: only the new server replicates');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
  },
};

const throttled: Scenario = {
  name: 'throttled',
  summary: 'DRS answers one request in two seconds and fails now and then: it takes longer, and all servers go',
  settings: { speed: 20 },
  async play(stage) {
    const seeds = Array.from({ length: 8 }, (_, index) => ({ sourceServerID: `s-1a2b3c4d5e6f7001${index}`, hostname: `web-${index + 1}` }));
    const ids = stage.seed(...seeds);
    await stage.deployLandingZone(ids);
    stage.aws.faults.limit({ service: 'drs', perSecond: 0.5, burst: 1 });
    stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'internal', nth: 3, times: 2 });
    stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'lost-answer', nth: 6 });
    await stage.destroy();
    stage.aws.faults.clear();
    await stage.show('Deleted');
    await stage.expectStates(Object.fromEntries(ids.map((id) => [id, 'DISCONNECTED'])));
  },
};

const retain: Scenario = {
  name: 'retain',
  summary: 'with RemovalPolicy.RETAIN the stack goes and the server goes on replicating',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP, 'retain' as RemovalPolicy.RETAIN));
    await stage.destroy();
    await stage.show('Deleted: every server replicates');
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'CONTINUOUS' });
  },
};

export const scenarios: readonly Scenario[] = [teardown, recoveryInstance, alreadyGone, typo, replacement, throttled, retain];
