import { APP, DATABASE, disconnectionOf, sourceServerArn, TWO } from '../../scenarios/stacks';
import type { Stage } from '../../scenarios/runner';
import type { Settings } from '../../emulator/settings';
import { RecoveryInstancePolicy } from '../../lib';
import { badWeather } from './transient-faults';
import { onStage } from './with-emulator';

// The rows of the table of the server's record that neither a scenario nor unknowns.ts plays.

const { FAIL, DISCONNECT, TERMINATE_DRILLS } = RecoveryInstancePolicy;
const withRecord = disconnectionOf(APP, { deleteSourceServer: true });
const GONE = { [APP]: undefined, [DATABASE]: 'CONTINUOUS' };

/** Kills the function the first time that DRS has done this for it, and before it hears of it. */
function killWhenDone(stage: Stage, operation: string) {
  const ended = stage.aws.drs.onChange((change) => {
    if (change.operation === operation) {
      ended();
      stage.aws.lambda.killDuring(stage.functionArn());
    }
  });
}

describe('The record is gone', () => {
  test.each<[string, Partial<Settings>, (stage: Stage) => unknown]>([
    ['the server was disconnected before', { disconnectedAgain: 'ok' }, (stage) => stage.operator.disconnect(APP)],
    ['the server was disconnected before', { disconnectedAgain: 'conflict' }, (stage) => stage.operator.disconnect(APP)],
    ['the server was disconnected before', { disconnectedAgain: 'validation' }, (stage) => stage.operator.disconnect(APP)],
    ['the server was disconnected before', { disconnectedAgain: 'not-found' }, (stage) => stage.operator.disconnect(APP)],
    [
      'the record was deleted before',
      {},
      async (stage) => {
        await stage.operator.disconnect(APP);
        await stage.operator.deleteRecord(APP);
      },
    ],
    ['the function is killed between disconnect and deletion', {}, (stage) => killWhenDone(stage, 'DisconnectSourceServer')],
    ['the function is killed after the deletion', {}, (stage) => killWhenDone(stage, 'DeleteSourceServer')],
    [
      'DeleteSourceServer fails in every way that passes',
      {},
      (stage) => badWeather('drs', 'DeleteSourceServer').forEach((fault) => stage.aws.faults.add(fault)),
    ],
    [
      'the answer to the disconnect is lost',
      {},
      (stage) => stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'lost-answer' }),
    ],
  ])('%s, with %j', async (_what, settings, happens) => {
    await onStage(settings, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(withRecord);
      await happens(stage);
      await stage.destroy();
      await stage.expectStates(GONE);
    });
  });
});

describe('The deletion fails', () => {
  test('DRS fails until the deadline: with the name and the message of the error', async () => {
    await onStage({}, async (stage) => {
      stage.seed(...TWO);
      await stage.deploy(withRecord);
      stage.aws.faults.add({ service: 'drs', operation: 'DeleteSourceServer', kind: 'internal', times: 10_000 });
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toMatch(
        /its record was not deleted.* drs:DeleteSourceServer did not succeed in time.* InternalServerException/,
      );
      await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    });
  });
});

describe('A server that is extended from another account', () => {
  const STAGING_ACCOUNT = '444455556666';
  const seedExtended = (stage: Stage) => {
    stage.ofAccount(STAGING_ACCOUNT).seed({ sourceServerID: DATABASE });
    stage.seed({ sourceServerID: APP, extendedFrom: sourceServerArn(DATABASE, undefined, STAGING_ACCOUNT) });
  };
  const expectReplicating = (stage: Stage) => stage.ofAccount(STAGING_ACCOUNT).expectStates({ [DATABASE]: 'CONTINUOUS' });

  test.each<[RecoveryInstancePolicy, string, boolean, string[]]>([
    [DISCONNECT, 'a real recovery', false, ['DisconnectRecoveryInstance', 'DeleteSourceServer']],
    [TERMINATE_DRILLS, 'a drill', true, ['TerminateRecoveryInstances', 'DeleteSourceServer']],
  ])('%s, and it has %s: that is ended, then the record is deleted', async (recoveryInstancePolicy, _what, isDrill, changes) => {
    await onStage({}, async (stage) => {
      seedExtended(stage);
      await stage.deploy(disconnectionOf(APP, { recoveryInstancePolicy, deleteSourceServer: true }));
      stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, isDrill });
      await stage.destroy();
      expect(stage.changes()).toEqual(changes);
      await stage.expectStates({ [APP]: undefined });
      await expectReplicating(stage);
    });
  });

  test.each<[RecoveryInstancePolicy, string, boolean]>([
    [FAIL, 'a drill', true],
    [TERMINATE_DRILLS, 'a real recovery', false],
  ])('%s, and it has %s: the deletion fails, with the commands', async (recoveryInstancePolicy, _what, isDrill) => {
    await onStage({}, async (stage) => {
      seedExtended(stage);
      await stage.deploy(disconnectionOf(APP, { recoveryInstancePolicy, deleteSourceServer: true }));
      stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, isDrill });
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toMatch(/is extended from another account, and its record was not deleted\. DRS answered: ConflictException/);
      expect(stage.changes()).toEqual([]);
      await stage.runCommandOf(stage.reason(), /disconnect-recovery-instance/);
      await stage.destroy();
      await stage.expectStates({ [APP]: undefined });
      await expectReplicating(stage);
    });
  });
});
