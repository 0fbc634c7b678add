import { Expired } from '../aws/errors';
import { messageOf } from '../../lambda/aws/errors';
import { Unresolved } from '../template/resolve';
import type { Declaration, Fate } from '../operation/planned-change';
import { type Judgement, type Planned, type Verdict, VERDICTS } from './plan-json';

export const NEVER_CREATED = 'it was never created, so nothing was declared';

/** Of a deletion that fails once an update has succeeded. */
export const FORGOTTEN =
  'CloudFormation tries the deletion three times and then forgets the resource: the update succeeds, and what is left goes on replicating.';

/** A judgement by its reason, in which commands stand between backticks. */
export function judge(verdict: Verdict, reason = ''): Judgement {
  return { verdict, reason, commands: Array.from(reason.matchAll(/`([^`]+)`/g), ([, command = '']) => command) };
}

/**
 * The judgement where something could not be told.
 *
 * @throws Expired if it was only for the credentials, which are of no use for the rest either
 */
export function untold(error: unknown): Judgement {
  if (error instanceof Expired) {
    throw error;
  }
  return judge('unknown', error instanceof Unresolved ? error.message : messageOf(error));
}

/** The judgement that the fate of a resource alone allows; none if it goes. */
export function settledBy(fate: Fate): Judgement | undefined {
  return fate.kind === 'kept' ? judge('keep', fate.why) : fate.kind === 'unknown' ? judge('unknown', fate.why) : undefined;
}

/** The worst of several; nothing, if there are none. */
export function worstOf(judgements: readonly Judgement[]): Verdict {
  return VERDICTS.find((verdict) => judgements.some((judgement) => judgement.verdict === verdict)) ?? 'nothing';
}

/** Whether it keeps an operation from being clear. */
export function stops({ verdict }: Judgement): boolean {
  return verdict === 'blocked' || verdict === 'unknown';
}

export function identityOf({ stack, resource }: Declaration): Pick<Planned, 'stackName' | 'logicalId' | 'physicalId'> {
  return { stackName: stack.identity.name, logicalId: resource.logicalId, physicalId: resource.physicalId };
}

/** "1 machine", "2 machines". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
