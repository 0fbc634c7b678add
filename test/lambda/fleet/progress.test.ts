import { FleetProgress, type FleetServer } from '../../../lambda/fleet/progress';

const server = (id: string, more: Partial<FleetServer> = {}): FleetServer => ({
  id,
  hostname: `host of ${id}`,
  state: 'replicating',
  isFailback: false,
  ...more,
});
const [one, two, three, four] = ['1', '2', '3', '4'].map((id) => server(id));

test('nothing is known before a server is set', () => {
  const progress = new FleetProgress();
  expect(progress.size).toBe(0);
  expect(progress.count('pending', 'succeeded', 'failed', 'skipped')).toBe(0);
  expect(progress.outcomeOf('1')).toBeUndefined();
});

test('each outcome has its servers and their number', () => {
  const progress = new FleetProgress();
  progress.set(one, 'pending');
  progress.set(two, 'succeeded');
  progress.set(three, 'failed', 'why');
  progress.set(four, 'skipped');
  expect([progress.of('pending'), progress.of('succeeded'), progress.of('failed'), progress.of('skipped')]).toEqual([
    [one],
    [two],
    [three],
    [four],
  ]);
  expect(['1', '2', '3', '4'].map((id) => progress.outcomeOf(id))).toEqual(['pending', 'succeeded', 'failed', 'skipped']);
  expect([progress.count(), progress.count('failed'), progress.count('failed', 'pending'), progress.size]).toEqual([0, 1, 2, 4]);
});

test('a server has its last outcome alone, and counts once', () => {
  const progress = new FleetProgress();
  progress.set(one, 'skipped');
  progress.set(one, 'pending');
  progress.set(one, 'failed', 'why');
  progress.set(one, 'pending');
  progress.set(one, 'succeeded');
  expect(progress.outcomeOf('1')).toBe('succeeded');
  expect([progress.count('succeeded'), progress.count('pending', 'failed', 'skipped'), progress.size]).toEqual([1, 0, 1]);
});

test('a server that is listed twice counts once', () => {
  const progress = new FleetProgress();
  progress.set(one, 'pending');
  progress.set(server('1'), 'pending');
  expect([progress.count('pending'), progress.size]).toEqual([1, 1]);
});

test('servers come in the order in which they got the outcome, not in that in which they were listed', () => {
  const progress = new FleetProgress();
  [one, two, three].forEach((each) => progress.set(each, 'pending'));
  progress.set(three, 'failed', 'the first reason');
  progress.set(one, 'failed', 'the second reason');
  progress.set(two, 'failed', 'the third reason');
  expect(progress.of('failed')).toEqual([three, one, two]);
  expect(progress.failures()).toEqual([
    { id: three.id, reason: 'the first reason' },
    { id: one.id, reason: 'the second reason' },
    { id: two.id, reason: 'the third reason' },
  ]);
});

test('a reason goes with the failure that it tells of', () => {
  const progress = new FleetProgress();
  progress.set(one, 'failed', 'the first reason');
  progress.set(two, 'failed', 'another reason');
  progress.set(one, 'pending');
  expect(progress.failures()).toEqual([{ id: two.id, reason: 'another reason' }]);
  progress.set(one, 'failed', 'the last reason');
  expect(progress.failures()).toEqual([
    { id: two.id, reason: 'another reason' },
    { id: one.id, reason: 'the last reason' },
  ]);
});

test('a server is told as it was seen last', () => {
  const progress = new FleetProgress();
  progress.set(one, 'skipped');
  const extended = server('1', { state: 'extended' });
  progress.set(extended, 'pending');
  expect(progress.of('pending')).toEqual([extended]);
});
