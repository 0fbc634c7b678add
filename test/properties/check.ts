import { inspect } from 'node:util';
import fc from 'fast-check';
import { sequences } from './sequences';
import { play, Violation } from './simulation/play';
import type { Sequence } from './simulation/steps';

/** How many sequences are played, over both halves. */
const SEQUENCES = Number(process.env.SEQUENCES ?? 400);
const SEED = Number(process.env.SEED ?? 20261123);

/** Stacks that may have nested ones, or have none. */
type Kind = Parameters<typeof sequences>[0];

/** So much of what happened is shown, in lines. */
const STORY = 150;

/** What the sequences of `npm test` come across, or they would prove little. */
const TO_BE_SEEN = [
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'DELETE_FAILED',
  'Create: cancelled',
  'Delete: kept, it was never created',
  'Delete: kept, rolling back',
  'Delete: kept, still declared',
  'Delete: kept, deleting a failed create',
  'Delete: disconnected, deleting for its user',
  'Delete: disconnected, cleaning up',
  'Delete: disconnected already, deleting for its user',
  'Delete: failed, cleaning up',
  'Delete: drill being terminated, then disconnected',
  'Delete: drill being terminated, then failed',
  'Delete: recovery instance disconnected, then disconnected',
  'Delete: record of the recovery instance deleted, deleting for its user',
  'Delete: record deleted, deleting for its user',
  'FAILED with a failback under DISCONNECT',
  'FAILED with a real recovery under TERMINATE_DRILLS',
  'FAILED with a recovery of unknown kind under TERMINATE_DRILLS',
  'DeleteSourceServer extended',
  'DisconnectSourceServer abroad',
  'DisconnectSourceServer abroad, in another Region',
  "Create: the role can't be assumed",
  "Update: the role can't be assumed",
  "Delete: the role can't be assumed",
  'Delete of a fleet: fleet disconnected, deleting for its user',
  'Delete of a fleet: fleet disconnected, cleaning up',
  'Delete of a fleet: left, deleting for its user',
  'Delete of a fleet: kept, rolling back',
  'Delete of a fleet: kept, still declared',
  'Delete of a fleet: no longer selected, deleting for its user',
  'Delete of a fleet: record deleted, deleting for its user',
  'Delete of a drain: drained, deleting for its user',
  'Delete of a drain: handed over, deleting for its user',
  'Delete of a drain: security group deleted, deleting for its user',
  'Delete of a drain: nothing drained, rolling back',
  'Delete of a drain: nothing drained, still declared',
];

/** Plays half of all sequences; the first that violates an invariant is made as small as possible, and fails the test. */
export async function checkHalf(kind: Kind): Promise<void> {
  const seen = new Set<string>();
  const details = await check(kind, seen, {});
  if (details.failed) {
    throw new Error(report(details));
  }
  if (SEQUENCES >= 400) {
    expect(TO_BE_SEEN.filter((sight) => !seen.has(sight))).toEqual([]);
  }
}

/** What the first violation is that half of all sequences find, if any. */
export async function firstViolation(kind: Kind): Promise<string | undefined> {
  const { errorInstance } = await check(kind, new Set(), { endOnFailure: true });
  return errorInstance instanceof Error ? errorInstance.message : undefined;
}

function check(kind: Kind, seen: Set<string>, parameters: fc.Parameters<[Sequence]>) {
  const property = fc.asyncProperty(sequences(kind), async (sequence) => {
    (await play(sequence)).sights.forEach((sight) => seen.add(sight));
  });
  return fc.check(property, { numRuns: Math.ceil(SEQUENCES / 2), seed: SEED, ...parameters });
}

function report({ counterexample, errorInstance, seed }: fc.RunDetails<[Sequence]>): string {
  const literal = inspect(JSON.parse(JSON.stringify(counterexample![0])), { depth: null, breakLength: 130, maxArrayLength: null });
  const story = errorInstance instanceof Violation ? errorInstance.story.slice(-STORY).join('\n') : '';
  return [
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    `SEED=${seed}. Once it is understood, it belongs into test/properties/regressions.test.ts:`,
    `regression('…', ${literal});`,
    story,
  ].join('\n\n');
}
