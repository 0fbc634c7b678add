import { isOfKind, messageOf } from '../../lambda/aws/errors';
import { type Message, say, type Told } from '../../lambda/aws/message';
import { Unresolved } from '../template/resolve';
import type { PlannedChange, Change } from '../operation/planned-change';
import { type Outcome, type Planned, type PlanVerdict, VERDICTS } from './plan-json';

export const NEVER_CREATED = 'it was never created, so nothing was declared';

/** Of a deletion that fails once an update has succeeded. */
export const FORGOTTEN =
  'CloudFormation tries the deletion three times and then forgets the resource: the update succeeds, and what is left goes on replicating.';

/** An outcome and its reason. */
export function outcomeOf(verdict: PlanVerdict, told: Told = ''): Outcome {
  const reason = say`${told}`;
  return { verdict, reason, commands: reason.commands };
}

/**
 * The outcome where something could not be told.
 *
 * @throws Failure if it was only for the credentials, which have expired and are of no use for the rest either
 */
export function unknownOutcome(error: unknown): Outcome {
  if (isOfKind(error, 'expired')) {
    throw error;
  }
  return outcomeOf('unknown', error instanceof Unresolved ? error.message : messageOf(error));
}

/** The outcome that follows from the planned change alone; undefined if the resource is deleted. */
export function outcomeOfChange(change: Change): Outcome | undefined {
  return change.kind === 'kept' ? outcomeOf('keep', change.why) : change.kind === 'unknown' ? outcomeOf('unknown', change.why) : undefined;
}

/** The worst of several; nothing, if there are none. */
export function mostSevere(judgements: readonly Outcome[]): PlanVerdict {
  return VERDICTS.find((verdict) => judgements.some((outcome) => outcome.verdict === verdict)) ?? 'nothing';
}

/** Whether it keeps an operation from being clear. */
export function isBlocking({ verdict }: Outcome): boolean {
  return verdict === 'blocked' || verdict === 'unknown';
}

export function resourceFields({ stack, resource }: PlannedChange): Pick<Planned, 'stackName' | 'logicalId' | 'physicalId'> {
  return { stackName: stack.identity.name, logicalId: resource.logicalId, physicalId: resource.physicalId };
}

/** "1 machine", "2 machines". */
export function pluralize(count: number, what: string): Message {
  return say`${count} ${what}${count === 1 ? '' : 's'}`;
}
