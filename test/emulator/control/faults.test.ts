import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { FaultRule, Faults } from '../../../emulator/control/faults';
import { Services, StoppedClock } from '../services';

const brokenConnection = { message: expect.stringMatching(/ECONNRESET|socket hang up/) };

describe('which call a fault befalls', () => {
  test.each<[string, Partial<FaultRule>, string]>([
    ['the first, unless told', {}, 'x....'],
    ['the n-th', { nth: 3 }, '..x..'],
    ['several in a row', { nth: 2, times: 2 }, '.xx..'],
    ['every one', { times: Infinity }, 'xxxxx'],
    ['none of another operation', { operation: 'Other' }, '.....'],
    ['none of another service', { service: 'other' }, '.....'],
  ])('%s', (_name, rule, expected) => {
    const faults = new Faults(new StoppedClock());
    faults.add({ service: 'drs', operation: 'Do', kind: 'reset', ...rule });
    expect([1, 2, 3, 4, 5].map(() => (faults.take('drs', 'Do') ? 'x' : '.')).join('')).toBe(expected);
  });

  test('counts from when it was added, and ends with clear', () => {
    const faults = new Faults(new StoppedClock());
    faults.take('drs', 'Do');
    faults.add({ service: 'drs', operation: 'Do', kind: 'hang', nth: 2 });
    expect(faults.take('drs', 'Do')).toBeUndefined();
    expect(faults.take('drs', 'Do')?.kind).toBe('hang');
    faults.add({ service: 'drs', operation: 'Do', kind: 'hang' });
    faults.clear();
    expect(faults.take('drs', 'Do')).toBeUndefined();
  });
});

describe('a limit', () => {
  test('lets a burst through, then as many as refill in emulated time', () => {
    const clock = new StoppedClock();
    const faults = new Faults(clock);
    faults.limit({ service: 'drs', operation: 'Do', perSecond: 2, burst: 3 });
    const take = (count: number): string =>
      Array.from({ length: count }, () => (faults.take('drs', 'Do')?.kind === 'throttle' ? 'x' : '.')).join('');
    expect(take(5)).toBe('...xx');
    clock.pass(1000);
    expect(take(3)).toBe('..x');
    clock.pass(60_000);
    expect(take(4)).toBe('...x');
  });

  test('without an operation holds for all of a service together', () => {
    const faults = new Faults(new StoppedClock());
    faults.limit({ service: 'drs', perSecond: 1, burst: 1 });
    expect(faults.take('drs', 'One')).toBeUndefined();
    expect(faults.take('drs', 'Two')?.kind).toBe('throttle');
    expect(faults.take('s3', 'One')).toBeUndefined();
  });
});

describe('over the wire', () => {
  const sourceServerID = 's-0123456789abcdef0';
  let services: Services;

  beforeEach(async () => {
    services = await Services.start();
    services.drs.addSourceServer({ sourceServerID });
  });
  afterEach(() => services.stop());

  const disconnect = () => services.drsClient().send(new DisconnectSourceServerCommand({ sourceServerID }));
  const state = () => services.drs.sourceServer(sourceServerID)?.dataReplicationInfo?.dataReplicationState;
  const lastCall = () => services.calls.of('DisconnectSourceServer').at(-1);

  test.each([
    ['throttle', { name: 'ThrottlingException', $metadata: { httpStatusCode: 429 }, retryAfterSeconds: '7' }, 'CONTINUOUS', 429],
    ['internal', { name: 'InternalServerException', $metadata: { httpStatusCode: 500 }, retryAfterSeconds: 7 }, 'CONTINUOUS', 500],
    ['denied', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }, 'CONTINUOUS', 403],
    ['reset', brokenConnection, 'CONTINUOUS', 0],
    ['lost-answer', brokenConnection, 'DISCONNECTED', 200],
  ] as const)('%s', async (kind, error, expectedState, status) => {
    services.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind, retryAfter: 7 });
    const thrown = await disconnect().catch((caught: unknown) => caught);
    expect(thrown).toMatchObject(error);
    expect(state()).toBe(expectedState);
    expect(lastCall()).toMatchObject({ status, fault: kind });
  });

  test('slow', async () => {
    services.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'slow', delay: 50_000 });
    const slow = disconnect();
    await services.drsClient().send(new DescribeSourceServersCommand({}));
    expect(state()).toBe('CONTINUOUS');
    await slow;
    expect(state()).toBe('DISCONNECTED');
  });

  test('hang: no answer, and nothing done, until the embedded AWS stops', async () => {
    services.faults.add({ service: 'drs', operation: 'DisconnectSourceServer', kind: 'hang' });
    const recorded = new Promise((resolve) => services.calls.onCall(resolve));
    const hanging = disconnect().catch((caught: unknown) => caught);
    expect(await recorded).toMatchObject({ fault: 'hang', status: 0 });
    await services.gateway.stop();
    expect(await hanging).toMatchObject(brokenConnection);
    expect(state()).toBe('CONTINUOUS');
  });
});
