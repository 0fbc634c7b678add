import { expectNoViolation, NIGHTLY, SEED, unseen } from './check';

// Random sequences that never come across a role that can't be assumed would prove nothing about it.

const AN_HOUR = 3_600_000;

test.each([
  ['without', 'flat'],
  ['with', 'nested'],
] as const)(
  `${NIGHTLY} sequences of stacks %s nested ones come across all that matters (SEED=${SEED})`,
  async (_with, kind) => expect(unseen(await expectNoViolation(kind, 0, NIGHTLY))).toEqual([]),
  AN_HOUR,
);
