import { deepStrictEqual, match, ok } from 'node:assert';
import { RecoveryInstancePolicy } from '../lib';
import type { Scenario } from './scenario';
import { addDisconnection, APP, DATABASE, type Declare, TWO } from './stacks';

// A server has recovery instances, and the disconnection a policy for them.

const landingZoneWith =
  (recoveryInstancePolicy: RecoveryInstancePolicy): Declare =>
  (stack) => {
    addDisconnection(stack, 'App', APP, { recoveryInstancePolicy });
    addDisconnection(stack, 'Database', DATABASE, { recoveryInstancePolicy });
  };
const BOTH_DISCONNECTED = { [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' };

export const drill: Scenario = {
  name: 'drill',
  summary: 'TERMINATE_DRILLS: a drill is terminated, and once its job is over, its server is disconnected',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneWith(RecoveryInstancePolicy.TERMINATE_DRILLS));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true });
    await stage.showRecoveryInstances(`A drill was made of ${DATABASE}, and nobody ended it`);
    await stage.destroy();
    await stage.showRecoveryInstances('Deleted: the drill is terminated');
    await stage.show('The servers are disconnected');
    const left = await stage.operator.recoveryInstances();
    ok(!left.some(({ ec2InstanceState }) => ec2InstanceState === 'RUNNING'), 'the drill is still there');
    deepStrictEqual(stage.changes(), ['DisconnectSourceServer', 'TerminateRecoveryInstances', 'DisconnectSourceServer']);
    await stage.expectStates(BOTH_DISCONNECTED);
  },
};

export const realRecovery: Scenario = {
  name: 'real-recovery',
  summary: 'TERMINATE_DRILLS, and beside a drill there is a real recovery: nothing is terminated, the deletion fails and says what to do',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneWith(RecoveryInstancePolicy.TERMINATE_DRILLS));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true });
    const { recoveryInstanceID: recovered } = stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: false });
    await stage.showRecoveryInstances(`A disaster: ${DATABASE} was recovered, and the drill of last week is still there`);
    await stage.destroy('DELETE_FAILED');
    await stage.showRecoveryInstances('Nothing was terminated, no drill either');
    const reason = stage.reason();
    match(reason, new RegExp(`Recovery instance ${recovered} .*a real recovery`));
    ok(!reason.includes('terminate-recovery-instances'), 'nobody is told to terminate a real recovery instance');
    deepStrictEqual(stage.changes(), ['DisconnectSourceServer']);
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });

    stage.timeline.say('The operator decides that the recovered machine shall run on without DRS.');
    await stage.runCommandOf(reason, /disconnect-recovery-instance/);
    await stage.runCommandOf(reason, /delete-stack --stack-name \S+ --region/);
    await stage.showRecoveryInstances('Deleted: the drill is terminated, the recovered machine runs');
    // DRS shows the record of a terminated machine for a while.
    const left = (await stage.operator.recoveryInstances()).filter(({ ec2InstanceState }) => ec2InstanceState !== 'TERMINATED');
    deepStrictEqual(
      left.map(({ recoveryInstanceID, ec2InstanceState }) => [recoveryInstanceID, ec2InstanceState]),
      [[recovered, 'RUNNING']],
    );
    await stage.expectStates(BOTH_DISCONNECTED);
  },
};

export const disconnectRecoveryInstance: Scenario = {
  name: 'disconnect-recovery-instance',
  summary: 'DISCONNECT: a recovered machine is disconnected from DRS and runs on; its server follows, once DRS lets go of it',
  settings: { speed: 60, conflictLingers: 20 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneWith(RecoveryInstancePolicy.DISCONNECT));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: false });
    await stage.showRecoveryInstances(`A disaster: ${DATABASE} was recovered`);
    await stage.destroy();
    await stage.showRecoveryInstances('Deleted: the recovered machine runs on, unprotected');
    await stage.show('The servers are disconnected');
    const left = await stage.operator.recoveryInstances();
    deepStrictEqual(
      left.map(({ dataReplicationInfo, ec2InstanceState }) => [dataReplicationInfo?.dataReplicationState, ec2InstanceState]),
      [['DISCONNECTED', 'RUNNING']],
    );
    await stage.expectStates(BOTH_DISCONNECTED);
  },
};

export const failback: Scenario = {
  name: 'failback',
  summary: 'a failback is in progress, and fails the deletion even under DISCONNECT: the operator stops it and deletes again',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneWith(RecoveryInstancePolicy.DISCONNECT));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: false, failbackState: 'FAILBACK_IN_PROGRESS' });
    await stage.showRecoveryInstances(`After a disaster: ${DATABASE} was recovered, and is on its way back`);
    await stage.destroy('DELETE_FAILED');
    const reason = stage.reason();
    match(reason, /finish its failback/);
    deepStrictEqual(stage.changes(), ['DisconnectSourceServer']);
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });

    stage.timeline.say('The operator stops the failback.');
    await stage.runCommandOf(reason, /stop-failback/);
    await stage.runCommandOf(reason, /delete-stack --stack-name \S+ --region/);
    await stage.showRecoveryInstances('Deleted: the recovered machine runs on, unprotected');
    await stage.expectStates(BOTH_DISCONNECTED);
  },
};
