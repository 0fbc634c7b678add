import type { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Stage } from '../../scenarios/runner';
import type { FaultRule } from '../../emulator/control/faults';
import { SourceServer, SourceServerDisconnection } from '../../lib';
import { onStage } from './with-emulator';

const ID = 's-1a2b3c4d5e6f70001';
const declare =
  (...ids: string[]) =>
  (stack: Stack) =>
    ids.forEach((id) => {
      const sourceServer = SourceServer.fromSourceServerId(stack, `Server-${id}`, id);
      new SourceServerDisconnection(stack, `Disconnection-${id}`, { sourceServer });
    });

/** A role of the same account does as well as one of another. */
const declareAsRole = (stack: Stack) => {
  const assumeRole = new Role(stack, 'Role', { assumedBy: new AccountPrincipal(stack.account) });
  assumeRole.addToPolicy(new PolicyStatement({ actions: ['drs:*'], resources: ['*'] }));
  const sourceServer = SourceServer.fromSourceServerId(stack, 'Server', ID);
  new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, assumeRole });
};

const messagesOf = (stage: Stage) => stage.aws.lambda.logs.all().map(({ message }) => message);
const requestsOf = (stage: Stage) => stage.aws.cloudFormation.customResourceRequests;

/** What Lambda and its runtime client write is not ours: START, END, REPORT, and what they tell of a run that failed. */
const PLATFORM = /^(START|END|REPORT|RequestId:|\d{4}-\d\d-\d\dT[\d:.]+Z\t[^\t]*\t(ERROR|INFO)\t)/;

/** Fails unless each line that is ours is one JSON document that says which request it is of. */
function expectOneDocumentALine(stage: Stage) {
  const ours = messagesOf(stage).filter((message) => !PLATFORM.test(message));
  expect(ours.length).toBeGreaterThan(0);
  const requestIds = requestsOf(stage).map(({ event }) => event.RequestId);
  for (const line of ours) {
    const entry = JSON.parse(line) as { event: string; requestId: string };
    expect(['decided', 'failed', 'answered']).toContain(entry.event);
    expect(requestIds).toContain(entry.requestId);
  }
}

describe('no credential reaches the log', () => {
  const response = { service: 'cloudformation-response', operation: 'PutResponse', times: 1_000 } as const;

  /** The response URL fails until Lambda runs the request again. */
  const whileTheUrl = (kind: FaultRule['kind']) => async (stage: Stage) => {
    stage.aws.faults.add({ ...response, kind });
    stage.aws.lambda.onInvoke(({ attempt }) => attempt > 1 && stage.aws.faults.clear());
    await stage.destroy();
  };

  test.each<[string, (stage: Stage) => Promise<void>, RegExp, typeof declareAsRole?]>([
    ['a deletion succeeds', (stage) => stage.destroy(), /"decision":"disconnected"/],
    [
      'a deletion fails',
      async (stage) => {
        stage.aws.drs.addRecoveryInstance({ sourceServerID: ID });
        await stage.destroy('DELETE_FAILED');
      },
      /"FailedDeletions":1/,
    ],
    [
      'DRS is down',
      async (stage) => {
        stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'reset', times: 1_000 });
        await stage.destroy('DELETE_FAILED');
      },
      /did not succeed in time/,
    ],
    ['the response URL is down', whileTheUrl('internal'), /could not be delivered in \d+ attempts: HTTP status 503/],
    ['the response URL breaks the connection', whileTheUrl('reset'), /could not be delivered in \d+ attempts: (E|no answer in time)/],
    ['the response URL refuses', whileTheUrl('denied'), /could not be delivered in 1 attempts: HTTP status 403/],
    [
      'the function is killed',
      async (stage) => {
        const { ServiceToken } = requestsOf(stage)[0].event;
        stage.aws.drs.onChange(() => stage.aws.lambda.killDuring(ServiceToken));
        await stage.destroy();
      },
      /Runtime.ExitError/,
    ],
    ['a role is assumed', (stage) => stage.destroy(), /"decision":"disconnected"/, declareAsRole],
    [
      'a role is assumed, and may not do what it is to do',
      async (stage) => {
        stage.aws.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'denied', times: 1_000 });
        await stage.destroy('DELETE_FAILED');
      },
      /may not call drs:DisconnectSourceServer/,
      declareAsRole,
    ],
    [
      'a role can not be assumed, since STS is down',
      async (stage) => {
        stage.aws.faults.add({ service: 'sts', operation: 'AssumeRole', kind: 'lost-answer', times: 1_000 });
        await stage.destroy('DELETE_FAILED');
      },
      /sts:AssumeRole did not succeed in time/,
      declareAsRole,
    ],
  ])('when %s', async (_what, play, expected, declared = declare(ID)) => {
    await onStage({}, async (stage) => {
      const issued = [jest.spyOn(stage.aws.iam, 'issueCredentials'), jest.spyOn(stage.aws.iam, 'assumeRole')];
      stage.seed({ sourceServerID: ID });
      await stage.deploy(declared);
      await play(stage);

      const results = issued.flatMap(({ mock }) => mock.results);
      const credentials = results.flatMap(({ value }) => Object.values(value as Record<string, string>));
      const urls = requestsOf(stage).map(({ event }) => new URL(event.ResponseURL));
      const ofUrls = urls.flatMap((url) => [
        url.host,
        url.pathname,
        ...['Signature', 'Credential'].map((name) => url.searchParams.get(`X-Amz-${name}`)!),
      ]);
      const secrets = ['X-Amz', 'https://', 'AWS_SECRET', 'AWS_SESSION', ...credentials, ...ofUrls];
      expect(credentials.length).toBeGreaterThanOrEqual(3);
      expect(urls.length).toBeGreaterThanOrEqual(2);
      expect(secrets.filter((secret) => !secret)).toEqual([]);

      const log = messagesOf(stage).join('\n');
      expect(log).toMatch(expected);
      expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
      expectOneDocumentALine(stage);
    });
  });
});

describe('what the owner of a source server writes breaks neither the log nor the response', () => {
  const hostile: [string, string][] = [
    ['line breaks', 'a\nb\r\nc\u2028d'],
    ['a line of the log', 'a\n{"event":"decided","decision":"disconnected"}\n'],
    ['JSON', '","Status":"SUCCESS","x":"'],
    ['escapes of a terminal', '\x1b[2J\x1b]0;title\x07'],
    ['XML', '</member><OperationType>CREATE_STACK</OperationType>&amp;<![CDATA['],
    ['NULs', 'a\0b\0'],
    ['lone surrogates', '\ud83dx\ude00'],
    ['100 kB', '🛟'.repeat(25_000)],
  ];
  const idOf = (index: number) => `s-1a2b3c4d5e6f7100${index}`;

  test('a hostname, a tag', async () => {
    await onStage({ speed: 10 }, async (stage) => {
      const ids = stage.seed(
        ...hostile.map(([, text], index) => ({
          sourceServerID: idOf(index),
          hostname: text,
          tags: { Name: text, [text.slice(0, 100)]: 'x' },
        })),
      );
      await stage.deploy(declare(...ids));
      ids.forEach((sourceServerID, index) => index % 2 === 0 && stage.aws.drs.addRecoveryInstance({ sourceServerID }));
      await stage.destroy('DELETE_FAILED');

      const creations = requestsOf(stage).filter(({ event }) => event.RequestType === 'Create');
      expect(creations).toHaveLength(hostile.length);
      for (const { event, responses } of requestsOf(stage)) {
        const accepted = responses.filter(({ verdict }) => verdict === 'accepted');
        expect(accepted).toHaveLength(1);
        const { body, bytes } = accepted[0];
        expect(bytes).toBeLessThanOrEqual(4096);
        expect(JSON.parse(body)).toMatchObject({
          StackId: event.StackId,
          RequestId: event.RequestId,
          LogicalResourceId: event.LogicalResourceId,
          PhysicalResourceId: event.ResourceProperties.SourceServerArn,
        });
      }
      expectOneDocumentALine(stage);
      const states = ids.map((id) => stage.aws.drs.sourceServer(id)?.dataReplicationInfo?.dataReplicationState);
      expect(states).toEqual(ids.map((_, index) => (index % 2 === 0 ? 'CONTINUOUS' : 'DISCONNECTED')));
    });
  });
});
