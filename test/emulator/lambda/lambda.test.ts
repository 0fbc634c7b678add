import * as fs from 'node:fs';
import { createServer, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { LambdaHarness, provider, request, required, startLambda } from './harness';

let harness: LambdaHarness;
afterEach(() => harness.lambda.stop());

const attempts = (): number[] => harness.deliveries.map(({ attempt }) => attempt);

test('an event reaches the handler with its context, and its log reads as on AWS', async () => {
  harness = startLambda({ speed: 1 });
  const arn = await harness.create(
    'greet',
    `exports.handler = async (event, context) => {
      const left = context.getRemainingTimeInMillis();
      console.log(JSON.stringify([event, context.invokedFunctionArn, context.awsRequestId, left > 0 && left <= 7000]));
    };`,
    { Timeout: 7, MemorySize: 256 },
  );

  await expect(harness.lambda.invoke(arn, { hello: 'world' }).settled).resolves.toBe('success');

  const requestId = harness.deliveries[0]?.requestId;
  expect(harness.deliveries).toEqual([{ functionArn: arn, payload: { hello: 'world' }, requestId: expect.any(String), attempt: 1 }]);
  expect(harness.messages('greet')).toEqual([
    `START RequestId: ${requestId} Version: $LATEST`,
    JSON.stringify([{ hello: 'world' }, arn, requestId, true]),
    `END RequestId: ${requestId}`,
    expect.stringMatching(
      `^REPORT RequestId: ${requestId}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 256 MB(\tMax Memory Used: \\d+ MB)?$`,
    ),
  ]);
  expect(harness.lambda.logs.lines('/test/greet')[0]?.stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
});

test('a handler that throws is tried again after one and after two minutes, with the same request ID, then given up', async () => {
  harness = startLambda();
  const times: number[] = [];
  harness.lambda.onInvoke(() => times.push(harness.clock.now()));
  const arn = await harness.create('fail', `exports.handler = async () => { throw new Error('not today'); };`);

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('failed');

  expect(attempts()).toEqual([1, 2, 3]);
  expect(new Set(harness.deliveries.map(({ requestId }) => requestId)).size).toBe(1);
  const [first = 0, second = 0, third = 0] = times;
  expect(second - first).toBeGreaterThan(55_000);
  expect(third - second).toBeGreaterThan(115_000);
  expect(harness.messages('fail').filter((message) => message.includes('not today'))).toHaveLength(3);
});

test('a retry that succeeds is the last', async () => {
  harness = startLambda();
  const arn = await harness.create('flaky', `let calls = 0; exports.handler = async () => { if (++calls < 2) throw new Error('once'); };`);

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');
  expect(attempts()).toEqual([1, 2]);
});

test('a handler that takes too long is killed, and every attempt gets a new process', async () => {
  harness = startLambda();
  const arn = await harness.create('slow', `exports.handler = () => new Promise(() => setInterval(() => {}, 1000));`, { Timeout: 2 });

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('failed');

  const requestId = harness.deliveries[0]?.requestId;
  const lines = harness.lambda.logs.lines('/test/slow');
  expect(lines.filter(({ message }) => message === `RequestId: ${requestId} Task timed out after 2.00 seconds`)).toHaveLength(3);
  expect(lines.filter(({ message }) => message.endsWith('\tStatus: timeout'))).toHaveLength(3);
  expect(new Set(lines.map(({ stream }) => stream)).size).toBe(3);
});

test('a process that dies is a function error; its last words are in the log', async () => {
  harness = startLambda();
  const arn = await harness.create('crash', `exports.handler = async () => { process.stderr.write('last words'); process.exit(7); };`);

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('failed');

  const requestId = harness.deliveries[0]?.requestId;
  expect(attempts()).toEqual([1, 2, 3]);
  expect(harness.messages('crash').slice(0, 4)).toEqual([
    `START RequestId: ${requestId} Version: $LATEST`,
    'last words',
    `RequestId: ${requestId} Error: Runtime exited with error: exit status 7\nRuntime.ExitError`,
    `END RequestId: ${requestId}`,
  ]);
});

test.each([
  ['a module that throws', `throw new Error('broken module');`, 'broken module'],
  ['a module that is not JavaScript', 'this is not JavaScript', 'SyntaxError'],
  ['a handler that is not there', 'exports.other = () => {};', 'index.handler is undefined or not exported'],
])('%s is a function error with its reason in the log', async (_, code, reason) => {
  harness = startLambda();
  const arn = await harness.create('unloadable', code);

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('failed');
  expect(harness.messages('unloadable').join('\n')).toContain(reason);
  expect(harness.messages('unloadable').join('\n')).toContain('Runtime.ExitError');
});

test('a process is reused; a function sees its own environment and nothing of ours', async () => {
  process.env.PARENT_SECRET = 'must not leak';
  harness = startLambda({ endpoint: 'http://127.0.0.1:4566', certificateFile: '' });
  const arn = await harness.create(
    'warm',
    `let calls = 0; exports.handler = async () => console.log(JSON.stringify({ calls: ++calls, ...process.env }));`,
    {
      Environment: { Variables: { STAGE: 'test' } },
    },
  );

  await harness.lambda.invoke(arn, {}).settled;
  await harness.lambda.invoke(arn, {}).settled;

  const [first, second] = harness
    .messages('warm')
    .filter((message) => message.startsWith('{'))
    .map((message) => JSON.parse(message) as Record<string, string>);
  expect([first?.calls, second?.calls]).toEqual([1, 2]);
  expect(first).toMatchObject({
    STAGE: 'test',
    AWS_ACCESS_KEY_ID: 'ASIA1',
    AWS_SECRET_ACCESS_KEY: 'secret-of-warm',
    AWS_SESSION_TOKEN: 'token',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x',
    AWS_LAMBDA_FUNCTION_NAME: 'warm',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: '/test/warm',
    AWS_LAMBDA_LOG_STREAM_NAME: harness.lambda.logs.lines('/test/warm')[0]?.stream,
  });
  const own = /^(AWS_|LAMBDA_|_HANDLER$|PATH$|LANG$|TZ$|NODE_(PATH|EXTRA_CA_CERTS)$|STAGE$|calls$)/;
  expect(Object.keys(first ?? {}).filter((name) => !own.test(name))).toEqual([]);
  delete process.env.PARENT_SECRET;
});

describe('with a handler that waits to be released', () => {
  const waits = `exports.handler = () => fetch(process.env.AWS_ENDPOINT_URL).then((response) => response.text());`;
  let held: ServerResponse[];
  let onHeld: () => void;
  const gate = createServer((_, response) => {
    held.push(response);
    onHeld();
  });
  beforeAll(() => new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => gate.close(resolve)));
  beforeEach(() => {
    held = [];
    onHeld = () => undefined;
  });

  const endpoint = (): string => `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
  const release = (): unknown => held.shift()?.setHeader('connection', 'close').end('released');
  const holding = (count: number): Promise<void> =>
    new Promise((resolve) => {
      onHeld = () => (held.length >= count ? resolve() : undefined);
      onHeld();
    });

  test('events beyond the concurrency wait for a process', async () => {
    harness = startLambda({ endpoint: endpoint(), concurrency: 2 });
    const arn = await harness.create('gated', waits);
    const invocations = [1, 2, 3].map((number) => harness.lambda.invoke(arn, number).settled);

    await holding(2);
    expect(harness.deliveries).toHaveLength(2);
    release();
    await holding(2);
    expect(harness.deliveries).toHaveLength(3);
    release();
    release();

    await expect(Promise.all(invocations)).resolves.toEqual(['success', 'success', 'success']);
    expect(new Set(harness.lambda.logs.lines('/test/gated').map(({ stream }) => stream)).size).toBe(2);
  });

  test('a process can be killed while it works', async () => {
    harness = startLambda({ endpoint: endpoint() });
    const arn = await harness.create('killed', waits);
    expect(() => harness.lambda.killDuring('killed')).toThrow('Nothing to kill');
    const { settled } = harness.lambda.invoke(arn, {});

    await holding(1);
    held = [];
    harness.lambda.killDuring('killed');
    await holding(1);
    release();

    await expect(settled).resolves.toBe('success');
    expect(attempts()).toEqual([1, 2]);
    expect(harness.messages('killed').join('\n')).toContain('Runtime exited with error: signal: killed');
  });

  test('an update does not touch what runs; the next event meets the new version', async () => {
    harness = startLambda({ endpoint: endpoint() });
    const arn = await harness.create('updated', waits);
    const { settled } = harness.lambda.invoke(arn, {});
    await holding(1);

    const oldProperties = { FunctionName: 'updated' };
    const properties = {
      ...oldProperties,
      ...required,
      Code: { ZipFile: `exports.handler = async () => console.log('new version');` },
      LoggingConfig: { LogGroup: '/test/updated' },
    };
    const updated = await provider(harness.lambda, 'AWS::Lambda::Function').update({
      ...request(properties),
      physicalId: 'updated',
      oldProperties,
    });
    expect(updated).toEqual({ physicalId: 'updated', attributes: { Arn: arn } });
    release();

    await expect(settled).resolves.toBe('success');
    expect(harness.messages('updated')).not.toContain('new version');
    await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');
    expect(harness.messages('updated')).toContain('new version');
  });

  test('deleting a function lets its running invocation end, drops what waits, and takes no new one', async () => {
    harness = startLambda({ endpoint: endpoint(), concurrency: 1 });
    const arn = await harness.create('deleted', waits);
    const running = harness.lambda.invoke(arn, {}).settled;
    const waiting = harness.lambda.invoke(arn, {}).settled;
    await holding(1);
    await provider(harness.lambda, 'AWS::Lambda::Function').delete({ ...request({}), physicalId: 'deleted' });

    expect(() => harness.lambda.invoke(arn, {})).toThrow(`Function not found: ${arn}`);
    await expect(waiting).resolves.toBe('failed');
    release();
    await expect(running).resolves.toBe('success');
    expect(harness.deliveries).toHaveLength(1);
  });

  test('stop leaves no process and no file behind, and settles what is under way', async () => {
    harness = startLambda({ endpoint: endpoint() });
    const arn = await harness.create('stopped', `console.log(process.pid + ' ' + __dirname); ${waits}`);
    const { settled } = harness.lambda.invoke(arn, {});
    await holding(1);
    await harness.lambda.stop();

    await expect(settled).resolves.toBe('failed');
    expect(() => harness.lambda.invoke(arn, {})).toThrow('Function not found');
    const [pid = '', directory = ''] = harness.messages('stopped')[0]?.split(' ') ?? [];
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(fs.existsSync(directory)).toBe(false);
    held = [];
  });
});

test('all that a handler wrote is in the log before its END', async () => {
  harness = startLambda();
  const arn = await harness.create(
    'verbose',
    `exports.handler = async () => { for (let i = 0; i < 3000; i++) process.stdout.write(i + '\\n'); };`,
  );

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');

  const numbers = Array.from({ length: 3000 }, (_, index) => String(index));
  expect(harness.messages('verbose').slice(1, -2)).toEqual(numbers);
});

test('no timeout outlives its invocation', async () => {
  harness = startLambda();
  const set = jest.spyOn(harness.clock, 'after');
  const cleared = jest.spyOn(globalThis, 'clearTimeout');
  const arn = await harness.create('quick', `exports.handler = async () => {};`);

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');

  expect(set).toHaveBeenCalledTimes(1);
  expect(cleared).toHaveBeenCalledWith(set.mock.results[0]?.value);
  jest.restoreAllMocks();
});

test('an event can be delivered twice', async () => {
  harness = startLambda();
  const arn = await harness.create('twice', `exports.handler = async () => console.log('handled');`);
  harness.lambda.deliverTwice();

  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');
  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');

  expect(attempts()).toEqual([1, 1, 1]);
  const [first, second, third] = harness.deliveries.map(({ requestId }) => requestId);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(harness.messages('twice').filter((message) => message === 'handled')).toHaveLength(3);
});

test('the process lives in emulated time', async () => {
  harness = startLambda({ speed: 600 });
  const arn = await harness.create(
    'lapse',
    `const { setTimeout: sleep } = require('node:timers/promises');
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const tick = (ms) => new Promise((resolve) => { const timer = setInterval(() => { clearInterval(timer); resolve(); }, ms); });
    const abort = (ms) => new Promise((resolve) => {
      const alive = setInterval(() => {}, ms); // A signal's timer alone does not keep a process from ending.
      AbortSignal.timeout(ms).addEventListener('abort', () => { clearInterval(alive); resolve(); });
    });
    const promisified = require('node:util').promisify(setTimeout);
    exports.handler = async () => {
      const times = [Date.now()];
      for (const wait of [pause, tick, sleep, abort, promisified]) { await wait(60_000); times.push(new Date().getTime()); }
      console.log(JSON.stringify({ times, sameDates: [new Date(0) instanceof Date, new Date(0).toISOString(), new Date().constructor === Date, typeof Date()] }));
    };`,
  );
  const before = harness.clock.now();
  await expect(harness.lambda.invoke(arn, {}).settled).resolves.toBe('success');
  const after = harness.clock.now();

  const report = harness.messages('lapse').find((message) => message.startsWith('{')) ?? '{}';
  const { times, sameDates } = JSON.parse(report) as { times: number[]; sameDates: unknown[] };
  expect(sameDates).toEqual([true, '1970-01-01T00:00:00.000Z', true, 'string']);
  expect(times).toHaveLength(6);
  for (const [index, time] of times.entries()) {
    expect(time).toBeGreaterThanOrEqual(before + index * 55_000);
    expect(time).toBeLessThanOrEqual(after);
  }
});
