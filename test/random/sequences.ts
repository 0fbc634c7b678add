import fc from 'fast-check';
import { action, pause } from './actions';
import { drainage, failedCreate, fleetTeardown, otherRole, outage, recovery, secondTry } from './episodes';
import type { Sequence, Step } from './simulation/steps';
import { stackSpec } from './specs';

/** So many parts, at most: short sequences find as much as long ones, and shrink sooner. */
const LONGEST = 5;

const settings = fc.record(
  {
    disconnectedAgain: fc.constantFrom('ok' as const, 'conflict' as const, 'validation' as const),
    disconnectExtended: fc.constantFrom('ok' as const, 'conflict' as const, 'validation' as const),
    lastOperations: fc.constantFrom('names-only-the-create' as const, 'names-a-delete-too' as const, 'absent' as const),
    deletionReason: fc.constantFrom('told' as const, 'absent' as const),
    // With the last one, whatever is new fails.
    policyPropagation: fc.constantFrom(0, 0, 0, 0, 0, 0, 15, 15, 60, 200),
    // The last of each is longer than the handler waits, mostly.
    conflictLingers: fc.constantFrom(5, 40, 300),
    recordLingers: fc.constantFrom(5, 40, 300),
    disconnectedRecordHolds: fc.boolean(),
    replicationServerLingers: fc.constantFrom(60, 660, 3_000),
    terminationJobs: fc.constantFrom('complete' as const, 'complete' as const, 'fail' as const, 'never-end' as const),
  },
  { requiredKeys: [] },
);

/** Sequences of stacks that have no nested ones, and of stacks that may have some. */
export const KINDS = ['flat', 'nested'] as const;
export type Kind = (typeof KINDS)[number];

export function sequences(kind: Kind): fc.Arbitrary<Sequence> {
  const nested = kind === 'nested';
  const part = fc.oneof(
    { weight: 8, arbitrary: step(nested).map((one) => [one]) },
    { weight: 1, arbitrary: secondTry(nested) },
    { weight: 2, arbitrary: failedCreate(nested) },
    { weight: 2, arbitrary: outage(nested) },
    { weight: 3, arbitrary: recovery(nested) },
    { weight: 1, arbitrary: otherRole(nested) },
    { weight: 3, arbitrary: fleetTeardown(nested) },
    { weight: 1, arbitrary: drainage(nested) },
  );
  const first: fc.Arbitrary<Step> = stackSpec(nested, 1).map((spec) => ({ do: 'deploy', stack: 'A', spec }));
  return fc.record({
    settings,
    seed: fc.nat({ max: 1_000_000 }),
    steps: fc.tuple(first, fc.array(part, { minLength: 1, maxLength: LONGEST })).map(([one, parts]) => [one, ...parts.flat()]),
  });
}

function step(nested: boolean): fc.Arbitrary<Step> {
  return fc.tuple(action(nested), pause).map(([chosen, then]) => ({ ...chosen, then }));
}
