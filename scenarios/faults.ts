import { deepStrictEqual, match, strictEqual } from 'node:assert';
import type { Scenario } from './scenario';
import { APP, DATABASE, landingZoneOf, TWO } from './stacks';

// A stack is deleted while something else fails.

const RESPONSE = { service: 'cloudformation-response', operation: 'PutResponse', kind: 'reset', times: 10_000 } as const;

export const throttled: Scenario = {
  name: 'throttled',
  summary: 'DRS answers one request in two seconds and fails now and then: it takes longer, and all servers go',
  settings: { speed: 20 },
  async play(stage) {
    const seeds = Array.from({ length: 8 }, (_, index) => ({ sourceServerID: `s-1a2b3c4d5e6f7001${index}`, hostname: `web-${index + 1}` }));
    const ids = stage.seed(...seeds);
    await stage.deploy(landingZoneOf(...ids));
    stage.aws.faults.limit({ service: 'drs', perSecond: 0.5, burst: 1 });
    stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'internal', nth: 3, times: 2 });
    stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'lost-answer', nth: 6 });
    await stage.destroy();
    stage.aws.faults.clear();
    await stage.show('Deleted');
    await stage.expectStates(Object.fromEntries(ids.map((id) => [id, 'DISCONNECTED'])));
  },
};

export const killed: Scenario = {
  name: 'killed',
  summary: 'the function dies when DRS has disconnected the server but nobody knows: Lambda runs it again, and the stack goes',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP));
    const ended = stage.aws.drs.onChange(() => {
      ended();
      stage.aws.lambda.killDuring(stage.functionArn());
      stage.timeline.say(`DRS has disconnected ${APP}, and the function is killed before it hears of it.`);
    });
    const attempts = stage.attempts();
    await stage.destroy();
    deepStrictEqual(attempts, [1, 2]);
    await stage.show('Deleted');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};

export const unreachable: Scenario = {
  name: 'unreachable',
  summary: 'the response URL is down: for a minute, and nothing is lost; for good, and the deletion fails, but can be tried again',
  settings: { speed: 120 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP, DATABASE));
    const ended = stage.aws.drs.onChange(() => {
      ended();
      stage.aws.faults.add(RESPONSE);
      stage.aws.clock.after(60_000, () => stage.aws.faults.clear());
    });
    await stage.deploy(landingZoneOf(APP), 'UPDATE_COMPLETE');
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
    strictEqual(stage.failedDeletions().length, 0);

    stage.timeline.say('From now on nobody can reach the response URL.');
    stage.aws.faults.add(RESPONSE);
    const attempts = stage.attempts();
    await stage.destroy('DELETE_FAILED');
    deepStrictEqual(attempts, [1, 2, 3]);
    strictEqual(stage.aws.cloudFormation.customResourceRequests.at(-1)?.outcome, 'timed out');
    await stage.show('CloudFormation has heard nothing, but the server is disconnected');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });

    stage.timeline.say('It can be reached again.');
    stage.aws.faults.clear();
    await stage.destroy();
  },
};

export const drsDown: Scenario = {
  name: 'drs-down',
  summary: 'DRS fails until the function gives up: the deletion fails, and succeeds when it is tried again',
  settings: { speed: 60 },
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(landingZoneOf(APP));
    stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'internal', times: 10_000 });
    await stage.destroy('DELETE_FAILED');
    match(stage.reason(), /drs:DisconnectSourceServer did not succeed in time/);
    strictEqual(stage.failedDeletions().length, 1);
    stage.timeline.say('DRS is back.');
    stage.aws.faults.clear();
    await stage.destroy();
    await stage.show('Deleted');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
  },
};
