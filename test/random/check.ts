import fc from 'fast-check';
import { describeFinding } from './finding';
import { search } from './search';
import { type Kind, sequences } from './sequences';
import { play } from './simulation/play';

export const SEED = Number(process.env.SEED ?? 20261123);
/** So many sequences of each kind `npm run test:nightly` plays, from the first one on: to see what they come across, and with broken handlers. */
export const NIGHTLY = 400;
/** So many of them `npm run test:all` plays. */
export const MANY = 100;
/** So many that come after those `npm test` plays. */
export const FEW = 20;

/** What the sequences come across, or they would prove little. */
const TO_BE_SEEN: readonly string[] = [
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'DELETE_FAILED',
  'Create: cancelled',
  'Delete: kept, it was never created',
  'Delete: kept, rolling back',
  'Delete: kept, still declared',
  'Delete: kept, deleting what was never complete',
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
  'a forged request: SUCCESS',
  'a forged request: FAILED',
];

/** Plays so many sequences of a kind; the first one that violates an invariant is made as small as possible, and fails the test. */
export async function expectNoViolation(kind: Kind, from: number, count: number): Promise<ReadonlySet<string>> {
  const sights = new Set<string>();
  const [first] = await search({ kind, seed: SEED, from, count }, sights, 1);
  if (first) {
    throw new Error(describeFinding(first, SEED));
  }
  return sights;
}

/** What should have been seen, and was not. */
export function unseen(sights: ReadonlySet<string>): string[] {
  return TO_BE_SEEN.filter((sight) => !sights.has(sight));
}

/** What the first violation is that the sequences find, if any; it isn't made smaller. */
export async function firstViolation(kind: Kind): Promise<string | undefined> {
  const property = fc.asyncProperty(sequences(kind), async (sequence) => void (await play(sequence)));
  const { errorInstance } = await fc.check(property, { numRuns: NIGHTLY, seed: SEED, endOnFailure: true });
  return errorInstance instanceof Error ? errorInstance.message : undefined;
}
