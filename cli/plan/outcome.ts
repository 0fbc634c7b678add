import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { isOfKind, messageOf } from '../../lambda/aws/errors';
import { type Message, say, type Told } from '../../lambda/aws/message';
import { Unresolved } from '../template/resolve';
import type { PlannedChange, Change } from '../operation/planned-change';
import { type Outcome, type Planned, type PlannedResource, type PlannedServer, type PlanVerdict, VERDICTS } from './plan-json';

export const NEVER_CREATED = 'it was never created, so nothing was declared';

/** Of a deletion that fails once an update has succeeded: what is left then, of servers and of a drain. */
export const FORGOTTEN = forgotten('what is left goes on replicating');
export const DRAIN_FORGOTTEN = forgotten('the subnets stay, with what is in them');

function forgotten(left: string): string {
  return `CloudFormation tries the deletion three times and then forgets the resource: the update succeeds, and ${left}.`;
}

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

/** What is answered; where that can't be told, undefined, and `untold` has why: so it hides nothing of what can. */
export async function orNoted<T>(answer: Promise<T>, untold: Outcome[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    untold.push(unknownOutcome(error));
    return undefined;
  }
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

/** The source servers that resources tell of. */
export function serversOf(resources: readonly PlannedResource[]): PlannedServer[] {
  return resources.flatMap((resource) => {
    switch (resource.resourceType) {
      case SOURCE_SERVER_DISCONNECTION:
        return resource.sourceServer ?? [];
      case FLEET_DISCONNECTION:
        return resource.sourceServers;
      default:
        return [];
    }
  });
}

export function resourceFields({ stack, resource }: PlannedChange): Pick<Planned, 'stackName' | 'logicalId' | 'physicalId'> {
  return { stackName: stack.identity.name, logicalId: resource.logicalId, physicalId: resource.physicalId };
}

/** "1 machine", "2 machines". */
export function pluralize(count: number, what: string): Message {
  return say`${count} ${what}${count === 1 ? '' : 's'}`;
}
