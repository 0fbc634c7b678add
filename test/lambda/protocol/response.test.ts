import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { deliver, type Response, serialize } from '../../../lambda/protocol/response';
import * as sleeping from '../../../lambda/aws/sleep';

// Jest's environment is not the process's own, so the certificate can't be trusted through a variable.
jest.mock('node:https', () => {
  const https = jest.requireActual<typeof import('node:https')>('node:https');
  const request = (url: URL, options: object, callback: () => void) =>
    https.request(url, { ...options, rejectUnauthorized: false }, callback);
  return { ...https, request };
});

const response: Response = {
  Status: 'FAILED',
  Reason: 'because',
  PhysicalResourceId: 'arn',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'logical',
};

describe('serialize', () => {
  test('a short response stays whole', () => {
    expect(JSON.parse(serialize(response))).toEqual(response);
  });

  test.each([
    ['letters', 'x'.repeat(10_000)],
    ['characters of four bytes', '🛟'.repeat(5_000)],
    ['characters that JSON escapes', '\u0000"\\\n'.repeat(3_000)],
  ])('a Reason of many %s is cut to 4,096 bytes, and to no less than it must', (_what, Reason) => {
    const body = serialize({ ...response, Reason });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(body)).toBeGreaterThan(4080);
    const read = JSON.parse(body) as Response;
    expect(read).toEqual({ ...response, Reason: expect.any(String) });
    expect(Reason.startsWith(read.Reason!.replace(/…$/, ''))).toBe(true);
  });

  test('the longest IDs leave room for attributes of the longest hostname', () => {
    const Data = { SourceServerHostname: '\u0001'.repeat(255), DataReplicationState: 'x'.repeat(64) };
    const longest = { ...response, Reason: undefined, LogicalResourceId: 'x'.repeat(255), StackId: 'x'.repeat(300), Data };
    expect(Buffer.byteLength(serialize(longest))).toBeLessThanOrEqual(4096);
  });
});

describe('deliver', () => {
  let server: Server;
  let answers: (number | 'reset')[];
  let received: { body: string; contentType?: string; length?: string }[];
  let url: URL;

  beforeAll(async () => {
    const pems = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
      keyType: 'ec',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    server = createServer({ key: pems.private, cert: pems.cert }, (request, answer) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        received.push({ body, contentType: request.headers['content-type'], length: request.headers['content-length'] });
        const next = answers.length > 1 ? answers.shift()! : answers[0];
        if (next === 'reset') {
          request.socket.destroy();
        } else {
          answer.writeHead(next).end();
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/response?X-Amz-Signature=secret`);
  });

  afterAll(async () => {
    server.close();
    await once(server, 'close');
  });

  beforeEach(() => {
    received = [];
    jest.spyOn(Math, 'random').mockReturnValue(0);
    // The server is real, the pauses are not: they move the clock.
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    jest.spyOn(sleeping, 'sleep').mockImplementation((pause) => Promise.resolve(void (now += pause)));
  });
  afterEach(() => jest.restoreAllMocks());

  const inAMinute = () => Date.now() + 60_000;

  test.each<[string, (number | 'reset')[]]>([
    ['at once', [200]],
    ['after 503 twice', [503, 503, 200]],
    ['after a reset', ['reset', 200]],
    ['after being asked to slow down', [429, 200]],
  ])('%s', async (_how, script) => {
    answers = [...script];
    await deliver(url, '{"a":1}', inAMinute());
    expect(received).toEqual(script.map(() => ({ body: '{"a":1}', contentType: '', length: '7' })));
  });

  test('a refusal is final: it throws, so that Lambda runs the request again', async () => {
    answers = [403];
    await expect(deliver(url, '{}', inAMinute())).rejects.toThrow('1 attempts: HTTP status 403');
    expect(received).toHaveLength(1);
  });

  test('down for good: it throws at the deadline', async () => {
    answers = [503];
    await expect(deliver(url, '{}', Date.now() + 400)).rejects.toThrow('HTTP status 503');
  });

  test('nothing listens: it throws, without a word of the signed URL', async () => {
    const error = await deliver(new URL('https://127.0.0.1:9/response?X-Amz-Signature=secret'), '{}', Date.now() + 400).catch(String);
    expect(error).toContain('ECONNREFUSED');
    expect(error).not.toContain('secret');
  });
});
