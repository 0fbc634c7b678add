import fc from 'fast-check';
import { unknowns } from '../../emulator/settings';
import { action, forgery, pause } from './actions';
import { drainage, failedCreate, fleetTeardown, otherRole, outage, recovery, secondTry } from './episodes';
import type { Sequence, Step } from './simulation/steps';
import { stackSpec } from './specs';

/** So many parts, at most: short sequences find as much as long ones, and shrink sooner. */
const LONGEST = 5;

/** Any of the values; one of a greater weight more often. */
function anyOf<Value>(values: readonly Value[], weights: readonly number[] = []): fc.Arbitrary<Value> {
  return fc.constantFrom(...values.flatMap((value, index) => Array<Value>(weights[index] ?? 1).fill(value)));
}

/** Any but the likely value: where nothing is drawn, it is that one. */
function unlikely<Value>({ likely, values }: { readonly likely: Value; readonly values: readonly Value[] }): fc.Arbitrary<Value> {
  return anyOf(values.filter((value) => value !== likely));
}

/** What nobody knows of AWS. Nothing in these sequences depends on the others: there is no template of DRS, no VPC, no refactoring, and nobody is refused to invoke. */
const settings: fc.Arbitrary<Sequence['settings']> = fc.record(
  {
    disconnectedAgain: anyOf(unknowns.disconnectedAgain.values),
    disconnectExtended: anyOf(unknowns.disconnectExtended.values),
    lastOperations: anyOf(unknowns.lastOperations.values),
    deletionReason: anyOf(unknowns.deletionReason.values),
    cleanUpListing: anyOf(unknowns.cleanUpListing.values),
    replacedListing: anyOf(unknowns.replacedListing.values),
    nestedCleanUp: anyOf(unknowns.nestedCleanUp.values),
    stackEventsKept: anyOf(unknowns.stackEventsKept.values),
    pendingFunction: anyOf(unknowns.pendingFunction.values, [3, 1]),
    // Mostly as is likely: where the function is gone, only force helps.
    failedDeletion: anyOf(unknowns.failedDeletion.values, [3, 1]),
    // With the last one, whatever is new fails.
    policyPropagation: anyOf(unknowns.policyPropagation.values, [6, 2, 1, 1]),
    // The last of each is longer than the handler waits, mostly.
    conflictLingers: unlikely(unknowns.conflictLingers),
    disconnectedRecord: anyOf(unknowns.disconnectedRecord.values, [3, 1, 1, 1]),
    recordLingers: unlikely(unknowns.recordLingers),
    disconnectedRecordHolds: anyOf(unknowns.disconnectedRecordHolds.values),
    terminatedInstances: anyOf(unknowns.terminatedInstances.values, [2, 2, 1]),
    terminatedState: anyOf(unknowns.terminatedState.values),
    // If they never went, no drain would ever end.
    replicationServerLingers: anyOf(unknowns.replicationServerLingers.values.filter(Number.isFinite)),
    networkInterfaceLingers: anyOf(unknowns.networkInterfaceLingers.values.filter(Number.isFinite)),
    terminationJobs: anyOf(unknowns.terminationJobs.values, [2, 1, 1]),
    disconnectShows: unlikely(unknowns.disconnectShows),
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
    { weight: 5, arbitrary: recovery(nested) },
    { weight: 1, arbitrary: otherRole(nested) },
    { weight: 3, arbitrary: fleetTeardown(nested) },
    { weight: 1, arbitrary: drainage(nested) },
  );
  const first: fc.Arbitrary<Step> = stackSpec(nested, 1).map((spec) => ({ do: 'deploy', stack: 'A', spec }));
  const steps = fc.tuple(first, fc.array(part, { minLength: 1, maxLength: LONGEST })).map(([one, parts]) => [one, ...parts.flat()]);
  return fc
    .record({ settings, seed: fc.nat({ max: 1_000_000 }), steps, forgeries })
    .map(({ forgeries: insertions, ...sequence }) => ({ ...sequence, steps: withInsertions(sequence.steps, insertions) }));
}

/** What a forger does, and after how many steps. He comes in some sequences, several times. */
const forgeries = fc.oneof(
  { weight: 2, arbitrary: fc.constant<readonly Insertion[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.record({ after: fc.nat({ max: 12 }), step: forgery }), { minLength: 1, maxLength: 6 }) },
);

interface Insertion {
  readonly after: number;
  readonly step: Step;
}

function withInsertions(steps: readonly Step[], insertions: readonly Insertion[]): readonly Step[] {
  return steps.flatMap((step, index) => [step, ...insertions.filter(({ after }) => after % steps.length === index).map((one) => one.step)]);
}

function step(nested: boolean): fc.Arbitrary<Step> {
  return fc.tuple(action(nested), pause).map(([chosen, then]) => ({ ...chosen, then }));
}
