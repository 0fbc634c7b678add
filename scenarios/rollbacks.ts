import { deepStrictEqual, match, ok, strictEqual } from 'node:assert';
import { NestedStack } from 'aws-cdk-lib';
import { TeardownFunction } from '../lib';
import type { Stage } from './runner';
import type { Scenario } from './scenario';
import {
  addDisconnection,
  addFailingSibling,
  APP,
  BOTH_REPLICATE,
  DATABASE,
  disconnectionOf,
  landingZoneOf,
  STANDBY,
  TWO,
  twoAndAFailingSibling,
} from './stacks';

// A deployment fails. CloudFormation then sends deletions that nobody asked for.

export const typo: Scenario = {
  name: 'typo',
  summary: 'a wrong ID fails the deployment, not the teardown; its rollback disconnects nobody',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, STANDBY), 'ROLLBACK_COMPLETE');
    match(stage.reason(), /There is no source server s-1a2b3c4d5e6f70003/);
    await stage.show('Rolled back: every server replicates');
    await stage.destroy();
    await stage.expectStates(BOTH_REPLICATE);
  },
};

export const rollback: Scenario = {
  name: 'rollback',
  summary: 'another resource of the stack fails: CloudFormation deletes what it has created, and nobody is disconnected',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(twoAndAFailingSibling, 'ROLLBACK_COMPLETE');
    deepStrictEqual([stage.requestsFor(APP), stage.requestsFor(DATABASE)], Array(2).fill(['Create', 'Delete']));
    await stage.show('Rolled back: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
    await stage.destroy();
    await stage.expectStates(BOTH_REPLICATE);
  },
};

export const updateRollback: Scenario = {
  name: 'update-rollback',
  summary: 'the ID changes, then the update fails: nobody is disconnected, and a later deletion disconnects the right server',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    await stage.deploy(
      (stack) => addFailingSibling(stack, { after: [addDisconnection(stack, 'Disconnection', DATABASE)] }),
      'UPDATE_ROLLBACK_COMPLETE',
    );
    deepStrictEqual(stage.requestsFor(DATABASE), ['Update', 'Delete']);
    await stage.show('Rolled back: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
    await stage.destroy();
    await stage.show('Deleted: the server that was declared is disconnected');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};

export const nested: Scenario = {
  name: 'nested',
  summary: 'the server is declared in a nested stack: kept when the parent rolls back, disconnected when the parent is deleted',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy((stack) => {
      const site = new NestedStack(stack, 'Site');
      addDisconnection(site, 'App', APP);
      addFailingSibling(stack, { after: [site] });
    }, 'ROLLBACK_COMPLETE');
    deepStrictEqual(stage.requestsFor(APP), ['Create', 'Delete']);
    await stage.show('Rolled back: every server replicates, though the nested stack itself was deleted');
    await stage.expectStates(BOTH_REPLICATE);
    await stage.destroy();
    await stage.deploy((stack) => void addDisconnection(new NestedStack(stack, 'Site'), 'App', APP));
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};

export const cancelledCreate: Scenario = {
  name: 'cancelled-create',
  summary: 'CloudFormation cancels a creation that still runs and deletes what it never heard of: nobody is disconnected',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    holdAnswersUntil(stage, 'ROLLBACK_IN_PROGRESS');
    await stage.deploy((stack) => {
      const teardownFunction = new TeardownFunction(stack, 'TeardownFunction');
      addDisconnection(stack, 'App', APP, { teardownFunction });
      addFailingSibling(stack, { after: [teardownFunction], seconds: 60 });
    }, 'ROLLBACK_COMPLETE');
    await expectCancelled(stage);
    await stage.show('Rolled back: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
  },
};

export const deletedEarly: Scenario = {
  name: 'deleted-early',
  summary: 'the stack is deleted while it is being created: a server that is not declared yet is not disconnected',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    holdAnswersUntil(stage, 'DELETE_IN_PROGRESS');
    const ended = stage.aws.calls.onCall(({ operation }) => {
      if (operation === 'DescribeSourceServers') {
        ended();
        stage.timeline.command('npx cdk destroy');
        void stage.operator.destroy('DisasterRecoveryLandingZone');
      }
    });
    await stage.deploy(disconnectionOf(APP), 'DELETE_COMPLETE');
    await expectCancelled(stage);
    await stage.show('Deleted: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
  },
};

export const onFailureDelete: Scenario = {
  name: 'on-failure-delete',
  summary: 'a creation with --on-failure DELETE fails: the stack is deleted at once, and nobody is disconnected',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(twoAndAFailingSibling, 'DELETE_COMPLETE', { onFailure: 'DELETE' });
    deepStrictEqual([stage.requestsFor(APP), stage.requestsFor(DATABASE)], Array(2).fill(['Create', 'Delete']));
    await stage.show('Deleted: every server replicates');
    await stage.expectStates(BOTH_REPLICATE);
  },
};

/** The function declares its server, but its answer gets through only when CloudFormation has changed its mind. */
function holdAnswersUntil(stage: Stage, status: string) {
  stage.aws.faults.add({ service: 'cloudformation-response', operation: 'PutResponse', kind: 'reset', times: 10_000 });
  stage.aws.cloudFormation.onEvent((event) => event.status === status && stage.aws.faults.clear());
}

/** The answer to the Create came too late, so the physical ID that is deleted was made up by CloudFormation. */
async function expectCancelled(stage: Stage) {
  const [creation, deletion] = stage.aws.cloudFormation.customResourceRequests;
  ok(creation && deletion);
  strictEqual(creation.outcome, 'cancelled');
  ok(!deletion.event.PhysicalResourceId?.startsWith('arn:'), 'CloudFormation makes up a physical ID');
  strictEqual(deletion.outcome, 'accepted');
  await stage.until('the answer comes too late', () => creation.responses.length > 0);
  strictEqual(creation.responses[0]?.verdict, 'ignored');
}
