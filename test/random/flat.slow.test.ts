import { expectNoViolation, MANY, SEED, unseen } from './check';

const AN_HOUR = 3_600_000;

test(
  `${MANY} sequences of stacks without nested ones violate no invariant, and come across all that matters (SEED=${SEED})`,
  async () => expect(unseen(await expectNoViolation('flat', 0, MANY))).toEqual([]),
  AN_HOUR,
);
