import { deepStrictEqual, match, ok } from 'node:assert';
import type { Scenario } from './scenario';
import { addDisconnection, APP, DATABASE, disconnectionOf, sourceServerArn, STANDBY, TWO } from './stacks';

// The record of a server goes, too.

export const deleteRecord: Scenario = {
  name: 'delete-record',
  summary: 'deleteSourceServer: the server is disconnected, and its record deleted, which DRS refuses until the disconnect has spread',
  settings: { speed: 60, recordLingers: 30 },
  async play(stage) {
    stage.seed(...TWO, { sourceServerID: STANDBY, hostname: 'not-ours-01' });
    await stage.deploy((stack) => {
      addDisconnection(stack, 'App', APP, { deleteSourceServer: true });
      addDisconnection(stack, 'Database', DATABASE);
    });
    await stage.show('Deployed: every server replicates');
    await stage.destroy();
    await stage.show('Deleted: app-01 is gone, database-01 keeps its record, not-ours-01 replicates');
    ok(
      stage.aws.calls.of('DeleteSourceServer').some(({ error }) => error === 'ConflictException'),
      'DRS refuses at first',
    );
    await stage.expectStates({ [APP]: undefined, [DATABASE]: 'DISCONNECTED', [STANDBY]: 'CONTINUOUS' });
  },
};

const STAGING_ACCOUNT = '444455556666';

export const extended: Scenario = {
  name: 'extended',
  summary: 'a server is extended from a staging account: only its record is here and can go, the server replicates over there',
  async play(stage) {
    const stagingAccount = stage.ofAccount(STAGING_ACCOUNT);
    stagingAccount.seed({ sourceServerID: DATABASE, hostname: 'database-01' });
    const extendedFrom = sourceServerArn(DATABASE, undefined, STAGING_ACCOUNT);
    stage.seed({ sourceServerID: APP, hostname: 'database-01', extendedFrom });
    await stagingAccount.show('In the staging account: the server that replicates');
    await stage.show('Here: what it is extended to');
    await stage.deploy(disconnectionOf(APP), 'ROLLBACK_COMPLETE');
    match(stage.reason(), /extended from account 444455556666, .* set deleteSourceServer/);
    await stage.destroy();

    stage.timeline.say('Declared once more, with deleteSourceServer.');
    await stage.deploy(disconnectionOf(APP, { deleteSourceServer: true }));
    await stage.destroy();
    await stage.show('Deleted: here is nothing');
    await stagingAccount.show('In the staging account: the server replicates');
    deepStrictEqual(stage.changes(), ['DeleteSourceServer']);
    await stage.expectStates({ [APP]: undefined });
    await stagingAccount.expectStates({ [DATABASE]: 'CONTINUOUS' });
  },
};
