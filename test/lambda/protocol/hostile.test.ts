import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { Message } from '../../../lambda/aws/message';
import { serialize } from '../../../lambda/protocol/response';
import { drs, handle, LOGICAL_ID, reset, SERVER_ARN, SERVER_ID, serviceError, STACK_ID, stackIs } from '../harness';

// Hostnames and tags are written by whoever owns a source server, and DRS's messages may quote them. None of it can break the log or the response.

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
});

const hostile: [string, string][] = [
  ['line breaks', 'a\nb\r\nc\u2028d\u2029e'],
  ['a line of the log', 'a\n{"event":"decided","decision":"disconnected","FailedDeletions":1}\n'],
  ['JSON', '","Status":"SUCCESS","PhysicalResourceId":"arn","x":"'],
  ['escapes of a terminal', '\x1b[2J\x1b]0;title\x07\x9b31m'],
  ['a URL with a signature of its own', 'https://example.invalid/?X-Amz-Signature=x'],
  ['NULs', '\0'.repeat(3_000)],
  ['lone surrogates', '\ud83d\ude00\ud83d'.repeat(1_000)],
  ['characters of four bytes', '🛟'.repeat(2_000)],
  ['100 kB', 'x'.repeat(100_000)],
  ['100 kB that JSON escapes', '\u0001'.repeat(100_000)],
];

const written = () => jest.spyOn(process.stdout, 'write').mock.calls.map(([line]) => String(line));

function expectOneDocumentALine() {
  for (const line of written()) {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ event: expect.stringMatching(/^(decided|failed|answered)$/), requestId: 'request-1' });
  }
}

const ids = { StackId: STACK_ID, RequestId: 'request-1', LogicalResourceId: LOGICAL_ID, PhysicalResourceId: SERVER_ARN };

test.each(hostile)('a message of DRS with %s', async (_what, message) => {
  drs.on(DisconnectSourceServerCommand).rejects(serviceError('ConflictException', message, 409));
  drs.on(DescribeSourceServersCommand).resolves({ items: [{ sourceServerID: SERVER_ID }] });
  const { response, bytes } = await handle({ type: 'Delete' });
  expect(response).toEqual({ ...ids, Status: 'FAILED', Reason: expect.stringContaining('ConflictException: ') });
  expect(response.Reason).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  expect(bytes).toBeLessThanOrEqual(4096);
  expectOneDocumentALine();
});

test.each(hostile)('a hostname with %s', async (_what, hostname) => {
  drs
    .on(DescribeSourceServersCommand)
    .resolves({ items: [{ sourceServerID: SERVER_ID, sourceProperties: { identificationHints: { hostname } } }] });
  const { response, bytes } = await handle({ type: 'Create' });
  expect(response).toEqual({
    ...ids,
    Status: 'SUCCESS',
    Data: { SourceServerHostname: expect.any(String), DataReplicationState: 'UNKNOWN' },
  });
  expect(response.Data!.SourceServerHostname).toMatch(/^[\w.?-]{1,255}$/);
  expect(bytes).toBeLessThanOrEqual(4096);
  expectOneDocumentALine();
});

test.each(hostile)('a property with %s instead of an ARN', async (_what, arn) => {
  const { response, bytes } = await handle({ type: 'Create', arn });
  expect(response).toMatchObject({ ...ids, Status: 'FAILED', PhysicalResourceId: `cdk-drs:not-created:${LOGICAL_ID}` });
  expect(bytes).toBeLessThanOrEqual(4096);
  expectOneDocumentALine();
});

test('a Reason is measured in bytes', () => {
  const body = serialize({ ...ids, Status: 'FAILED', Reason: new Message(['🛟'.repeat(1_500)]) });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4096);
});

test.each(['', 'x', 'xx', 'xxx'])('a Reason is never cut in the middle of a character (%#)', (before) => {
  const body = serialize({ ...ids, Status: 'FAILED', Reason: new Message([before + '🛟'.repeat(2_000)]) });
  expect(body).toContain('🛟…"');
  expect(body).not.toContain('\\ud83d');
});
