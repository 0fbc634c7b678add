import { Clock } from '../../../emulator/control/clock';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { ServiceRequest } from '../../../emulator/http/service';
import { Iam } from '../../../emulator/iam/iam';
import { logGroupArn, LogStore } from '../../../emulator/logs/log-store';
import { Logs } from '../../../emulator/logs/logs';
import { defaultSettings } from '../../../emulator/settings';

const minute = 60_000;
const clock = new Clock(60);
const iam = new Iam({ clock, settings: defaultSettings });
const store = new LogStore();
const logs = new Logs({ clock, iam, store });
store.putGroup({ name: 'group', arn: logGroupArn({ region: defaultRegion, accountId: defaultAccountId }, 'group') });
// A line in every emulated minute, that is in every second.
for (let index = 0; index < 5; index++) {
  const stream = index % 2 === 0 ? 'even' : 'odd';
  store.write({ time: clock.epoch + index * minute, logGroup: 'group', stream, message: `line ${index}` });
}
store.write({ time: clock.epoch, logGroup: 'another', stream: 'even', message: 'of another group' });

async function filter(input: object, region = defaultRegion) {
  const { accessKeyId } = iam.operatorCredentials(defaultAccountId);
  const request: ServiceRequest = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'x-amz-target': 'Logs_20140328.FilterLogEvents' },
    body: Buffer.from(JSON.stringify(input)),
    region,
    caller: iam.callerOf(accessKeyId)!,
  };
  expect(logs.operationOf(request)).toBe('FilterLogEvents');
  const { body } = await logs.handle(request);
  const { events, nextToken } = JSON.parse(String(body)) as { events: { message: string; timestamp: number }[]; nextToken?: string };
  return { messages: events.map(({ message }) => message), timestamps: events.map(({ timestamp }) => timestamp - clock.epoch), nextToken };
}

test('events are dated by the wall clock, and found by it', async () => {
  expect((await filter({ logGroupName: 'group' })).timestamps).toEqual([0, 1000, 2000, 3000, 4000]);
  const { messages } = await filter({ logGroupName: 'group', startTime: clock.epoch + 1000, endTime: clock.epoch + 3000 });
  expect(messages).toEqual(['line 1', 'line 2', 'line 3']);
});

test('events of some streams, page by page', async () => {
  const first = await filter({ logGroupName: 'group', logStreamNames: ['even'], limit: 2 });
  expect(first.messages).toEqual(['line 0', 'line 2']);
  const { nextToken } = first;
  expect(await filter({ logGroupName: 'group', logStreamNames: ['even'], limit: 2, nextToken })).toMatchObject({
    messages: ['line 4'],
    nextToken: undefined,
  });
});

test.each([
  ['a group that is not there', { logGroupName: 'none' }, defaultRegion, 'The specified log group does not exist.'],
  ['a group of another Region', { logGroupName: 'group' }, 'eu-west-1', 'The specified log group does not exist.'],
  ['a filter that is not modelled', { logGroupName: 'group', filterPattern: 'ERROR' }, defaultRegion, 'filterPattern is not modelled'],
  ['no group at all', {}, defaultRegion, 'logGroupName must be a string'],
])('%s is refused', async (_what, input, region, message) => {
  await expect(filter(input, region)).rejects.toThrow(message);
});
