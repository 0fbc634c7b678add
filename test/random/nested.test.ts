import { expectNoViolation, FEW, MANY, SEED } from './check';

const AN_HOUR = 3_600_000;

test(
  `${FEW} sequences of stacks with nested ones violate no invariant (SEED=${SEED})`,
  () => expectNoViolation('nested', MANY, FEW),
  AN_HOUR,
);
