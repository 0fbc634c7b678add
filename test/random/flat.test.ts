import { expectNoViolation, FEW, MANY, SEED } from './check';

const AN_HOUR = 3_600_000;

test(
  `${FEW} sequences of stacks without nested ones violate no invariant (SEED=${SEED})`,
  () => expectNoViolation('flat', MANY, FEW),
  AN_HOUR,
);
