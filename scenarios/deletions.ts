import { ok, strictEqual } from 'node:assert';
import { RemovalPolicy } from 'aws-cdk-lib';
import type { Scenario } from './scenario';
import { APP, BOTH_REPLICATE, DATABASE, disconnectionOf, landingZoneOf, TWO } from './stacks';

// Somebody deletes a stack.

export const recoveryInstance: Scenario = {
  name: 'recovery-instance',
  summary: 'a server has a recovery instance: the deletion fails and says what to do, the operator does it and deletes again',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, DATABASE));
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

export const alreadyGone: Scenario = {
  name: 'already-gone',
  summary: 'one server was disconnected and deleted by hand, another only disconnected: the stack goes all the same',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, DATABASE));
    stage.timeline.say('Somebody works by hand in the meantime.');
    await stage.operator.disconnect(APP);
    await stage.operator.disconnect(DATABASE);
    await stage.operator.deleteRecord(DATABASE);
    await stage.show('Before the deletion');
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: undefined });
  },
};

export const retain: Scenario = {
  name: 'retain',
  summary: 'with RemovalPolicy.RETAIN the stack goes and the server goes on replicating',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP, { removalPolicy: RemovalPolicy.RETAIN }));
    await stage.destroy();
    await stage.show('Deleted: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
  },
};

export const twoStacks: Scenario = {
  name: 'two-stacks',
  summary: 'two stacks declare the same server: deleting the first disconnects it, deleting the second then has nothing to do',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP), 'CREATE_COMPLETE', { stackName: 'FirstLandingZone' });
    await stage.deploy(disconnectionOf(APP), 'CREATE_COMPLETE', { stackName: 'SecondLandingZone' });
    await stage.destroy('DELETE_COMPLETE', 'FirstLandingZone');
    await stage.show('The first stack is deleted: it knows nothing of the second one');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    await stage.destroy('DELETE_COMPLETE', 'SecondLandingZone');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};
