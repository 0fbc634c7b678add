import { EventEmitter } from 'node:events';
import * as https from 'node:https';
import { deliver } from '../../../lambda/protocol/response';

// What happens between us and the response URL, with a clock of its own. What a real server receives is in response.test.ts.
jest.mock('node:https', () => ({ request: jest.fn() }));

const RESPONSE_URL = 'https://example.invalid/response?X-Amz-Signature=secret';
const request = jest.mocked(https.request);

interface Sent extends EventEmitter {
  readonly end: jest.Mock;
  readonly destroy: jest.Mock;
}
let sent: Sent[];

/** A server that gives these answers in turn, and the last one for ever. */
function answers(...script: (number | Error | 'nothing')[]) {
  sent = [];
  request.mockImplementation(((_url: unknown, _options: unknown, respond: (response: unknown) => void) => {
    const next = script[Math.min(sent.length, script.length - 1)];
    const connection: Sent = Object.assign(new EventEmitter(), { end: jest.fn(), destroy: jest.fn() });
    connection.end.mockImplementation(() => {
      if (next instanceof Error) {
        connection.emit('error', next);
      } else if (next !== 'nothing') {
        respond(Object.assign(new EventEmitter(), { statusCode: next, resume: () => undefined }));
      }
    });
    sent.push(connection);
    return connection;
  }) as never);
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Delivers within two minutes: what was thrown, if anything, and how long it took. */
async function delivery(body = '{}') {
  const start = Date.now();
  let ended = false;
  const outcome = deliver(new URL(RESPONSE_URL), body, start + 120_000)
    .catch((error: unknown) => String(error))
    .finally(() => (ended = true));
  for (let second = 0; second < 600 && !ended; second++) {
    await jest.advanceTimersByTimeAsync(1_000);
  }
  expect(ended).toBe(true);
  return { error: await outcome, took: Date.now() - start };
}

test('the response is PUT once, with its length in bytes and an empty content type, over a connection of its own', async () => {
  answers(200);
  const body = JSON.stringify({ Reason: '🛟' });
  expect((await delivery(body)).error).toBeUndefined();
  expect(request).toHaveBeenLastCalledWith(
    expect.objectContaining({ href: RESPONSE_URL }),
    { method: 'PUT', agent: false, headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } },
    expect.any(Function),
  );
  expect(sent.map(({ end }) => end.mock.calls as unknown[][])).toEqual([[[body]]]);
});

test('a server that takes it and never answers is left after ten seconds, and asked again', async () => {
  answers('nothing', 200);
  const { error, took } = await delivery();
  expect(error).toBeUndefined();
  expect(took).toBeGreaterThanOrEqual(10_000);
  expect(took).toBeLessThan(15_000);
  expect(sent.map(({ destroy }) => destroy.mock.calls.length)).toEqual([1, 0]);
});

test.each<[string, number | Error | 'nothing', RegExp]>([
  ['down', 503, /HTTP status 503/],
  ['too busy', 429, /HTTP status 429/],
  ['silent', 'nothing', /no answer in time/],
  ['out of reach', Object.assign(new Error(`getaddrinfo ENOTFOUND ${RESPONSE_URL}`), { code: 'ENOTFOUND' }), /ENOTFOUND/],
  ['not what it says it is', new TypeError(`Invalid URL ${RESPONSE_URL}`), /TypeError/],
])('a server that is %s is asked until the deadline; then it throws, without a word of the URL', async (_what, answer, problem) => {
  answers(answer);
  const { error, took } = await delivery();
  expect(error).toMatch(problem);
  expect(error).not.toMatch(/example|Signature|secret/);
  expect(sent.length).toBeGreaterThan(5);
  expect(took).toBeGreaterThan(100_000);
  expect(took).toBeLessThanOrEqual(121_000);
});

test.each([301, 400, 403, 404])('HTTP status %s is final: it throws at once, without a word of the URL', async (status) => {
  answers(status);
  const { error } = await delivery();
  expect(error).toContain(`1 attempts: HTTP status ${status}`);
  expect(error).not.toMatch(/example|Signature|secret/);
});
