import { deepStrictEqual, match, strictEqual } from 'node:assert';
import type { Scenario } from './scenario';
import { addDisconnection, APP, BOTH_REPLICATE, DATABASE, disconnectionOf, landingZoneOf, TWO } from './stacks';

// An update succeeds, or is refused.

export const replacement: Scenario = {
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

export const replacementWhileBlocked: Scenario = {
  name: 'replacement-while-blocked',
  summary: 'the ID changes while the old server has a recovery instance: the update is refused, and nobody is disconnected',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, isDrill: false });
    stage.timeline.say(`A disaster: ${APP} was recovered.`);
    await stage.deploy(disconnectionOf(DATABASE), 'UPDATE_ROLLBACK_COMPLETE');
    const reason = stage.reason();
    match(reason, /can't be replaced by another one/);
    await stage.show('Rolled back: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
    stage.timeline.say('The operator does what the reason says, and deploys again.');
    await stage.runCommandOf(reason, /disconnect-recovery-instance/);
    await stage.deploy(disconnectionOf(DATABASE), 'UPDATE_COMPLETE');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};

export const rename: Scenario = {
  name: 'rename',
  summary: 'the construct is renamed: its server is still declared, and kept',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy((stack) => void addDisconnection(stack, 'App', APP));
    await stage.deploy((stack) => void addDisconnection(stack, 'WebShop', APP), 'UPDATE_COMPLETE');
    deepStrictEqual(stage.requestsFor(APP), ['Create', 'Create', 'Delete']);
    await stage.show('Updated: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};

export const removed: Scenario = {
  name: 'removed',
  summary: 'a server is no longer declared: it is disconnected in the clean-up of the update, the others are not',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, DATABASE));
    await stage.deploy(landingZoneOf(APP), 'UPDATE_COMPLETE');
    await stage.show('Updated: only the declared server replicates');
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
    strictEqual(stage.failedDeletions().length, 0);
  },
};

export const removedWhileBlocked: Scenario = {
  name: 'removed-while-blocked',
  summary: 'a server with a recovery instance is no longer declared: the update succeeds without it, and only the log and its metric tell',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, DATABASE));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true });
    stage.timeline.say(`A drill: a recovery instance of ${DATABASE} is running.`);
    await stage.deploy(landingZoneOf(APP), 'UPDATE_COMPLETE');
    await stage.show('The update is complete, and nothing in the stack tells that the server still replicates');
    await stage.expectStates(BOTH_REPLICATE);
    const failures = stage.failedDeletions();
    stage.timeline.say(
      `The metric FailedDeletions counts ${failures.length}, for each of which the function's log has a line with the reason.`,
    );
    strictEqual(failures.length, 3);
    failures.forEach(({ reason }) => match(reason, /tries this deletion three times and then forgets the resource/));
    await stage.runCommandOf(failures[0].reason, /disconnect-recovery-instance/);
    await stage.runCommandOf(failures[0].reason, /disconnect-source-server/);
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
  },
};
