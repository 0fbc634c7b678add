import { DescribeRecoveryInstancesCommand, DrsClient } from '@aws-sdk/client-drs';
import { mockClient } from 'aws-sdk-client-mock';
import { DrsReader } from '../../../cli/aws/drs';
import type { ClientConfiguration } from '../../../cli/aws/session';

const drs = mockClient(DrsClient);
const reader = () => new DrsReader({ region: 'eu-central-1' } as ClientConfiguration);
const of = (recoveryInstanceID: string, sourceServerID?: string) => ({ recoveryInstanceID, sourceServerID });
const answers = (...items: (ReturnType<typeof of> & { to?: string })[]) =>
  drs.on(DescribeRecoveryInstancesCommand).callsFake(({ filters }: { filters: { sourceServerIDs: string[] } }) => ({
    items: items
      .filter(({ sourceServerID, to }) => filters.sourceServerIDs.includes(sourceServerID ?? to ?? ''))
      .map(({ recoveryInstanceID, sourceServerID }) => of(recoveryInstanceID, sourceServerID)),
  }));
const asked = () => drs.calls().map(({ args }) => (args[0].input as { filters: { sourceServerIDs: string[] } }).filters.sourceServerIDs);

beforeEach(() => drs.reset());

test('recovery instances of several servers are asked for at once', async () => {
  answers(of('i-1', 's-1'), of('i-2', 's-2'));
  const found = reader();
  expect(await Promise.all(['s-1', 's-2', 's-3'].map((id) => found.recoveryInstancesOf(id)))).toEqual([
    [of('i-1', 's-1')],
    [of('i-2', 's-2')],
    [],
  ]);
  expect(asked()).toEqual([['s-1', 's-2', 's-3']]);
});

test('one of which DRS does not tell the server belongs to the one that it was shown for', async () => {
  answers(of('i-1', 's-1'), { ...of('i-x'), to: 's-2' });
  const found = reader();
  const [one, two] = await Promise.all(['s-1', 's-2'].map((id) => found.recoveryInstancesOf(id)));
  expect([one, two]).toEqual([[of('i-1', 's-1')], [of('i-x')]]);
  expect(asked()).toEqual([['s-1', 's-2'], ['s-1'], ['s-2']]);
});
