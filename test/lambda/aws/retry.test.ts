import { getEventListeners } from 'node:events';
import { retry } from '../../../lambda/aws/retry';
import { sleep } from '../../../lambda/aws/sleep';
import { serviceError } from '../harness';

const MINUTE = 60_000;
const throttled = (members: object = {}) => serviceError('ThrottlingException', 'slow down', 429, members);
const denied = serviceError('AccessDeniedException', 'not authorized', 403);

beforeEach(() => {
  jest.useFakeTimers();
  // The longest of the pauses that jitter allows.
  jest.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** What a service that gives these answers in turn, and the last one for ever, makes of a call: how it ends, and when it was asked. */
async function callOf(answers: (Error | 'hang' | 'ok')[], deadline = 4 * MINUTE) {
  const start = Date.now();
  const times: number[] = [];
  let ended = false;
  const call = (signal: AbortSignal): Promise<unknown> => {
    times.push(Date.now() - start);
    const answer = answers[Math.min(times.length, answers.length) - 1];
    return answer instanceof Error
      ? Promise.reject(answer)
      : new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' })));
          if (answer === 'ok') {
            resolve('ok');
          }
        });
  };
  const outcome = retry('drs:Something', call, { deadline: start + deadline, signal: new AbortController().signal })
    .catch((error: unknown) => error)
    .finally(() => (ended = true));
  while (!ended && times.length < 1_000) {
    await jest.advanceTimersByTimeAsync(50);
  }
  return { outcome: await outcome, times, took: Date.now() - start };
}

test.each<[string, Error]>([
  ...['Throttling', 'ThrottlingException', 'ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded'].map(
    (name): [string, Error] => [name, serviceError(name, 'slow down', 400)],
  ),
  ['429 under any name', serviceError('Unknown', 'slow down', 429)],
  ['500', serviceError('InternalServerException', 'oops', 500)],
  ['503 under any name', serviceError('Unknown', 'oops', 503)],
  ...['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT'].map((code): [string, Error] => [
    code,
    Object.assign(new Error('socket'), { code }),
  ]),
  ['a time-out of the SDK', Object.assign(new Error('timed out'), { name: 'TimeoutError' })],
  ['an answer that is not JSON', Object.assign(new SyntaxError('Unexpected token <'), { $response: { statusCode: 200 } })],
  ['an answer that is cut off', Object.assign(new Error('Closing Tag is not closed.'), { $response: { statusCode: 200 } })],
  ['503 that is not XML', Object.assign(new TypeError("reading '#text'"), { $response: { statusCode: 503 } })],
  ['an answer that is not HTTP', Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_CONSTANT' })],
])('%s passes: the call is repeated', async (_what, error) => {
  expect(await callOf([error, error, error, error, 'ok'])).toMatchObject({ outcome: 'ok', times: [0, 250, 750, 1_750, 3_750] });
});

test.each([
  ['what is wrong with the request', serviceError('ValidationException', 'no', 400)],
  ['a conflict', serviceError('ConflictException', 'no', 409)],
  ['what is not there', serviceError('ResourceNotFoundException', 'no', 404)],
  ['a mistake of ours', new TypeError('undefined is not a function')],
  ['a mistake of ours, with a code', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' })],
  ['what the service answered', Object.assign(serviceError('Unknown', 'no'), { $fault: 'client', $response: { statusCode: 400 } })],
  ['a wrong argument', Object.assign(new TypeError('wrong'), { code: 'ERR_INVALID_ARG_TYPE' })],
])('%s does not pass: the error is thrown at once', async (_what, error) => {
  expect(await callOf([error])).toMatchObject({ outcome: error, times: [0] });
});

test('the pauses double, up to 20 s', async () => {
  const { times } = await callOf([...Array<Error>(9).fill(throttled()), 'ok']);
  const pauses = times.slice(1).map((time, index) => time - times[index]);
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
});

test('a call that nobody answers is broken off after half a minute, and repeated', async () => {
  expect(await callOf(['hang', 'ok'])).toMatchObject({ outcome: 'ok', times: [0, 30_250] });
});

test.each<[string, object, number]>([
  ['a member of the error', { retryAfterSeconds: 7 }, 7_250],
  ['a member that is a text', { retryAfterSeconds: '7' }, 7_250],
  ['a header', { $response: { headers: { 'retry-after': '7' } } }, 7_250],
  ['a header that is no number', { $response: { headers: { 'retry-after': 'Mon, 23 Nov 2026 03:00:00 GMT' } } }, 250],
])('Retry-After, %s, is waited for', async (_where, members, pause) => {
  expect((await callOf([throttled(members), 'ok'])).times).toEqual([0, pause]);
});

test('a Retry-After beyond the deadline ends the call', async () => {
  expect(await callOf([throttled({ retryAfterSeconds: 600 })])).toMatchObject({
    outcome: expect.objectContaining({ kind: 'timeout' }),
    times: [0],
  });
});

test('a fault that does not pass ends the call at the deadline, with the action and the last answer', async () => {
  const { outcome, took } = await callOf([throttled()]);
  expect(outcome).toMatchObject({ kind: 'timeout' });
  expect((outcome as Error).message).toMatch(/drs:Something.*attempts.*slow down/);
  expect(took).toBeGreaterThan(3 * MINUTE);
  expect(took).toBeLessThanOrEqual(4 * MINUTE);
});

test('a call that nobody answers any more ends at the deadline, with what was answered before', async () => {
  const { outcome } = await callOf([serviceError('InternalServerException', 'oops', 500), 'hang']);
  expect((outcome as Error).message).toMatch(/did not succeed in time.*InternalServerException: oops/);
});

test('a call that nobody ever answers ends at the deadline', async () => {
  const { outcome, took } = await callOf(['hang']);
  expect(outcome).toMatchObject({ kind: 'timeout' });
  expect(took).toBeLessThanOrEqual(4 * MINUTE + 1_000);
});

test.each(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])(
  '%s: repeated for about 90 s, then thrown with the action',
  async (name) => {
    const { outcome, took } = await callOf([serviceError(name, 'not authorized', 403)]);
    expect(outcome).toMatchObject({ kind: 'denied' });
    expect((outcome as Error).message).toMatch(/may not call drs:Something.*not authorized/);
    expect(took).toBeGreaterThan(80_000);
    expect(took).toBeLessThanOrEqual(90_000);
  },
);

test('a denial is not waited for beyond the deadline', async () => {
  const { outcome, took } = await callOf([denied], 30_000);
  expect(outcome).toMatchObject({ kind: 'denied' });
  expect(took).toBeLessThanOrEqual(30_000);
});

describe('aborted, since the request is answered', () => {
  const begin = (call: (signal: AbortSignal) => Promise<unknown>) => {
    const end = new AbortController();
    const outcome = retry('drs:Something', call, { deadline: Date.now() + 4 * MINUTE, signal: end.signal }).catch(
      (error: unknown) => error,
    );
    return { end, outcome };
  };

  test('during a pause: it ends at once, and nothing is asked any more', async () => {
    const call = jest.fn().mockRejectedValue(throttled());
    const { end, outcome } = begin(call);
    await jest.advanceTimersByTimeAsync(100);
    end.abort();
    expect(await outcome).toBe(end.signal.reason);
    expect(jest.getTimerCount()).toBe(0);
    expect(call).toHaveBeenCalledTimes(1);
  });

  test.each([
    [
      'and the call fails',
      (signal: AbortSignal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(throttled()))),
    ],
    ['whatever becomes of the call', () => new Promise(() => undefined)],
  ])('during a call, %s: the call is broken off, and not repeated', async (_what, answer) => {
    const call = jest.fn(answer);
    const { end, outcome } = begin(call);
    await jest.advanceTimersByTimeAsync(100);
    end.abort();
    expect(call.mock.calls[0][0].aborted).toBe(true);
    expect(await outcome).toBe(end.signal.reason);
    expect(jest.getTimerCount()).toBe(0);
    expect(call).toHaveBeenCalledTimes(1);
  });

  test('before: nothing is asked', async () => {
    const call = jest.fn().mockResolvedValue('ok');
    const end = new AbortController();
    end.abort();
    const asked = retry('drs:Something', call, { deadline: Date.now() + MINUTE, signal: end.signal });
    await expect(asked).rejects.toBe(end.signal.reason);
    expect(call).not.toHaveBeenCalled();
  });

  test('after: what was answered is not broken off, and nobody listens any more', async () => {
    const call = jest.fn((signal: AbortSignal) => Promise.resolve(signal.aborted ? 'aborted' : 'ok'));
    const { end, outcome } = begin(call);
    expect(await outcome).toBe('ok');
    expect(getEventListeners(end.signal, 'abort')).toEqual([]);
    end.abort();
    expect(call.mock.calls[0][0].aborted).toBe(false);
  });

  test('a pause that was to come: there is none', async () => {
    const aborted = AbortSignal.abort();
    await expect(sleep(MINUTE, aborted)).rejects.toBe(aborted.reason);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('throttledUntil', () => {
  /** Of a generator that gives the same numbers each time. */
  const pseudoRandom = () => {
    let state = 1;
    return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  };

  test('480 calls at once, of which a service takes one a second, all succeed in fourteen minutes', async () => {
    jest.spyOn(Math, 'random').mockImplementation(pseudoRandom());
    const start = Date.now();
    let next = start;
    const call = () => {
      if (Date.now() < next) {
        return Promise.reject(throttled());
      }
      next = Date.now() + 1_000;
      return Promise.resolve('ok');
    };
    const patience = { deadline: start + 4 * MINUTE, throttledUntil: start + 14 * MINUTE, signal: new AbortController().signal };
    const calls = Promise.allSettled(Array.from({ length: 480 }, () => retry('drs:Something', call, patience)));
    await jest.advanceTimersByTimeAsync(15 * MINUTE);
    expect((await calls).filter(({ status }) => status === 'rejected')).toEqual([]);
  });

  test('an answer that takes ten seconds is waited for after the deadline, too', async () => {
    const start = Date.now();
    const call = (signal: AbortSignal) =>
      new Promise((resolve, reject) => {
        if (Date.now() < start + 10 * MINUTE) {
          reject(throttled());
        }
        signal.addEventListener('abort', () => reject(new Error('broken off')));
        setTimeout(() => resolve('ok'), 10_000);
      });
    const patience = { deadline: start + 4 * MINUTE, throttledUntil: start + 14 * MINUTE, signal: new AbortController().signal };
    const called = retry('drs:Something', call, patience);
    await Promise.all([expect(called).resolves.toBe('ok'), jest.advanceTimersByTimeAsync(15 * MINUTE)]);
  });
});
