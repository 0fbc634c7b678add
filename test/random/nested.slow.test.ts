import { expectNoViolation, MANY, SEED } from './check';

const AN_HOUR = 3_600_000;

test(
  `${MANY} sequences of stacks with nested ones violate no invariant (SEED=${SEED})`,
  () => expectNoViolation('nested', 0, MANY),
  AN_HOUR,
);
