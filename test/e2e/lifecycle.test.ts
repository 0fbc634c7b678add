import { CfnParameter, Stack } from 'aws-cdk-lib';
import type { Stage } from '../../scenarios/runner';
import type { FaultRule } from '../../emulator/control/faults';
import type { Settings } from '../../emulator/settings';
import { SourceServer, SourceServerDisconnection } from '../../lib';
import { onStage } from './with-emulator';

// The rows of the lifecycle tables that no scenario plays, through the real bundle, the real runtime client and real HTTP; at the same time, since they mostly wait.

const [ID, OTHER] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'] as const;
const arnIn = (region: string, account = '111122223333', id: string = ID) => `arn:aws:drs:${region}:${account}:source-server/${id}`;

const declareById = (id: string) => (stack: Stack) =>
  void new SourceServerDisconnection(stack, 'Disconnection', { sourceServer: SourceServer.fromSourceServerId(stack, 'Server', id) });
/** As in a stack that doesn't know at synth what it is given. */
const declareByToken = (arn: string) => (stack: Stack) => {
  const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', new CfnParameter(stack, 'Arn', { default: arn }).valueAsString);
  new SourceServerDisconnection(stack, 'Disconnection', { sourceServer });
};
const states = async (stage: Stage) =>
  (await stage.operator.sourceServers()).map(({ dataReplicationInfo }) => dataReplicationInfo?.dataReplicationState);
const disconnects = (stage: Stage) => stage.aws.calls.of('DisconnectSourceServer');

describe('Create fails, and its rollback touches nothing', () => {
  test.concurrent.each<[string, string, (stage: Stage) => unknown, RegExp]>([
    ['an unknown ID', arnIn('eu-central-1', undefined, OTHER), () => undefined, /There is no source server s-1a2b3c4d5e6f70002/],
    ['a Region where DRS was never used', arnIn('us-west-2'), () => undefined, /There is no source server .*Region us-west-2/],
    ['a server of another account', arnIn('eu-central-1', '444455556666'), () => undefined, /belongs to another account/],
    ['a malformed ID behind a token', arnIn('eu-central-1', undefined, 's-1'), () => undefined, /is not the ARN of a source server/],
    [
      'an ARN of another service',
      'arn:aws:ec2:eu-central-1:111122223333:instance/i-1',
      () => undefined,
      /is not the ARN of a source server/,
    ],
    ['nothing', '', () => undefined, /is not the ARN of a source server/],
    [
      'an EXTENDED server',
      arnIn('eu-central-1', undefined, OTHER),
      (stage) => stage.seed({ sourceServerID: OTHER, extended: true }),
      /extended from account/,
    ],
  ])('%s', async (_what, arn, arrange, reason) => {
    await onStage({}, async (stage) => {
      stage.seed({ sourceServerID: ID });
      await arrange(stage);
      await stage.deploy(declareByToken(arn), 'ROLLBACK_COMPLETE');
      expect(stage.reason()).toMatch(reason);
      await stage.destroy();
      expect(disconnects(stage)).toEqual([]);
    });
  });
});

test.concurrent('a server of another Region is disconnected there', async () => {
  await onStage({}, async (stage) => {
    stage.seed({ sourceServerID: ID, region: 'us-west-2' });
    await stage.deploy((stack) => {
      const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', arnIn('us-west-2'));
      new SourceServerDisconnection(stack, 'Disconnection', { sourceServer });
    });
    await stage.destroy();
    expect(stage.aws.drs.sourceServer(ID)?.dataReplicationInfo?.dataReplicationState).toBe('DISCONNECTED');
    expect(disconnects(stage).map(({ region }) => region)).toEqual(['us-west-2']);
  });
});

test.concurrent('the good path asks DRS exactly once, and CloudTrail can tell for which stack', async () => {
  await onStage({}, async (stage) => {
    stage.seed({ sourceServerID: ID });
    await stage.deploy(declareById(ID));
    await stage.destroy();
    expect(disconnects(stage)).toMatchObject([{ status: 200, userAgent: expect.stringContaining('stack/DisasterRecoveryLandingZone') }]);
  });
});

describe('Delete, whatever fails on the way: the server is DISCONNECTED', () => {
  const fault = (rule: Partial<FaultRule>): FaultRule => ({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'reset', ...rule });
  const response = { service: 'cloudformation-response', operation: 'PutResponse' };
  test.concurrent.each<[string, FaultRule, Partial<Settings>]>([
    ['DRS throttles', fault({ kind: 'throttle', retryAfter: 5, times: 2 }), {}],
    ['DRS fails', fault({ kind: 'internal', times: 3 }), {}],
    ['the connection breaks', fault({ kind: 'reset' }), {}],
    ['DRS is slow', fault({ kind: 'slow', delay: 20_000 }), {}],
    ['DRS never answers', fault({ kind: 'hang' }), {}],
    ['a policy spreads late', fault({ kind: 'denied', times: 4 }), {}],
    ['the answer is lost, and DRS then says OK', fault({ kind: 'lost-answer' }), { disconnectedAgain: 'ok' }],
    ['the answer is lost, and DRS then says conflict', fault({ kind: 'lost-answer' }), { disconnectedAgain: 'conflict' }],
    ['the answer is lost, and DRS then says invalid', fault({ kind: 'lost-answer' }), { disconnectedAgain: 'validation' }],
    ['the answer is lost, and DRS then says not found', fault({ kind: 'lost-answer' }), { disconnectedAgain: 'not-found' }],
    ['CloudFormation throttles', { service: 'cloudformation', operation: 'DescribeStacks', kind: 'throttle', nth: 2, times: 5 }, {}],
    ['the response URL answers 503 twice', { ...response, kind: 'internal', times: 2 }, {}],
    ['the connection to the response URL breaks', { ...response, kind: 'reset' }, {}],
    ['the acknowledgement of the response is lost', { ...response, kind: 'lost-answer' }, {}],
    ['the response URL hangs', { ...response, kind: 'hang' }, {}],
  ])('%s', async (_what, rule, settings) => {
    await onStage(settings, async (stage) => {
      stage.seed({ sourceServerID: ID });
      await stage.deploy(declareById(ID));
      stage.aws.faults.add(rule);
      await stage.destroy();
      stage.aws.faults.clear();
      expect(await states(stage)).toEqual(['DISCONNECTED']);
    });
  });
});

test.concurrent('the same request delivered twice: one answer is accepted, the other ignored', async () => {
  await onStage({}, async (stage) => {
    stage.seed({ sourceServerID: ID });
    await stage.deploy(declareById(ID));
    const deliveries: unknown[] = [];
    stage.aws.lambda.onInvoke(({ payload }) => deliveries.push(payload));
    stage.aws.lambda.deliverTwice();
    await stage.destroy();
    expect(await states(stage)).toEqual(['DISCONNECTED']);
    // The second may come too late: the function goes with its stack.
    expect(new Set(deliveries.map((payload) => JSON.stringify(payload))).size).toBe(1);
    const deletion = stage.aws.cloudFormation.customResourceRequests.at(-1);
    expect(deletion?.responses.filter(({ verdict }) => verdict === 'accepted')).toHaveLength(1);
  });
});
