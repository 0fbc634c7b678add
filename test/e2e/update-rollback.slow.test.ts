import type { Stage } from '../../scenarios/runner';
import { addDisconnection, addFailingSibling, APP, DATABASE, disconnectionOf, TWO } from '../../scenarios/stacks';
import { onStage } from './with-emulator';

// A rollback that fails leaves a stack that nobody can use, so it must get through whatever has become of the servers.
test.each<[string, (stage: Stage) => unknown, string | undefined]>([
  [
    'the old server is gone by now',
    async (stage) => {
      await stage.operator.disconnect(APP);
      await stage.operator.deleteRecord(APP);
    },
    undefined,
  ],
  [
    'the new server has a recovery instance by now',
    (stage) => whenRollingBack(stage, () => stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: false })),
    'DISCONNECTED',
  ],
  [
    'DRS is down',
    (stage) =>
      whenRollingBack(stage, () =>
        stage.aws.faults.add({ service: 'drs', operation: 'DescribeSourceServers', kind: 'internal', times: 10_000 }),
      ),
    'DISCONNECTED',
  ],
])('An update that changed the server rolls back, though %s', async (_what, meanwhile, stateOfOld) => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    await meanwhile(stage);
    await stage.deploy(
      (stack) => addFailingSibling(stack, { after: [addDisconnection(stack, 'Disconnection', DATABASE)] }),
      'UPDATE_ROLLBACK_COMPLETE',
    );
    stage.aws.faults.clear();
    expect(stage.requestsFor(APP)).toEqual(['Create', 'Update']);
    await stage.destroy();
    await stage.expectStates({ [APP]: stateOfOld, [DATABASE]: 'CONTINUOUS' });
  });
});

function whenRollingBack(stage: Stage, happens: () => void) {
  stage.aws.cloudFormation.onEvent(({ status }) => status === 'UPDATE_ROLLBACK_IN_PROGRESS' && happens());
}
