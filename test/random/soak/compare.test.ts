import type { Finding } from '../finding';
import { compare } from './compare';
import type { KnownViolation } from './known-violations';

const smallest = { settings: {}, seed: 0, steps: [{ do: 'nothing' as const }] };
const found = (index: number, what = 'I5: too late'): Finding => ({ kind: 'nested', index, what, smallest, story: [`story of ${index}`] });
const listed = (index: number, what = 'I5: too late'): KnownViolation => ({ seed: 1, kind: 'nested', index, what, smallest, why: '' });

test('nothing is found, and nothing is known', () => {
  expect(compare([], [], 1, 10)).toEqual({ text: 'Violations: 0 known, 0 unknown, 0 gone.', isAsKnown: true });
});

test('what is known may be found more than once', () => {
  const { text, isAsKnown } = compare([found(7), found(3)], [listed(3)], 1, 10);
  expect(text).toMatch(/^Known, found 2 times, first by nested sequence 3: I5: too late$/m);
  expect(isAsKnown).toBe(true);
});

test('what is unknown is shown once, as a test case to paste', () => {
  const { text, isAsKnown } = compare([found(7), found(3), found(5, 'I1: another')], [listed(5, 'I1: another')], 1, 10);
  expect(text.match(/^UNKNOWN, found 2 times, first by nested sequence 3:$/gm)).toHaveLength(1);
  expect(text).toContain('SEED=1, nested sequence 3. Once it is understood, it belongs into test/random/regressions.test.ts:');
  expect(text).toContain("regression('…', { settings: {}, seed: 0, steps: [ { do: 'nothing' } ] });");
  expect(text).toContain('story of 3');
  expect(text).toMatch(/^Violations: 1 known, 1 unknown, 0 gone\.$/m);
  expect(isAsKnown).toBe(false);
});

test('the same sequence may violate something else', () => {
  expect(compare([found(3, 'I1: another')], [listed(3)], 1, 10).text).toMatch(/^Violations: 0 known, 1 unknown, 1 gone\.$/m);
});

test('what is known and not found any more is gone', () => {
  const { text, isAsKnown } = compare([], [listed(3)], 1, 10);
  expect(text).toMatch(/^GONE: nested sequence 3 no longer shows it/);
  expect(isAsKnown).toBe(false);
});

test.each([
  ['another seed', 2, 10],
  ['too few sequences', 1, 3],
])('what is known of %s is not expected', (_what, seed, ofEachKind) => {
  expect(compare([], [listed(3)], seed, ofEachKind).isAsKnown).toBe(true);
});
