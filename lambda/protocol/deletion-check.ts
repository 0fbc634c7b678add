import { Failure, isOfKind, messageOf } from '../aws/errors';
import { say, type Told } from '../aws/message';
import { sleep } from '../aws/sleep';
import { checkByDeclarations, isUpdatedOther, type Replaced, replacedNotRemoved, stillDeclared, stillListed } from './declarations';
import { logDecision } from './log';
import type { Request } from './request';
import { fateOf, historyOf, isFailedCreate, type Update, updateOf, wasCompleteByHistory } from './stack-history';
import { isRollingBack, type Phase, phaseOf, undecided } from './stack-phase';
import { type DescribedStack, describeWithAncestors, listResources, StackEvents } from './stack-status';

/** Whether a Delete means what it says. */
export type DeletionCheck = GenuineDeletion | { readonly genuine: false; readonly why: Told };

export interface GenuineDeletion {
  readonly genuine: true;
  /** The stack whose deletion this is, to be deleted again if it fails; absent in the clean-up of an update. */
  readonly deletedStack?: string;
}

/** The pauses before signs that fit no deletion are read again, in milliseconds: they may be a moment old. */
const READ_AGAIN = [1_000, 2_000, 4_000, 8_000, 15_000];
/** The pause between two looks at an ancestor that may still roll back, in milliseconds. */
const POLL_ANCESTORS = 15_000;

/** The IDs of stacks that were complete once, which can't change: for the next request of the same process. */
export const completeOnce = new Set<string>();

/** What is known now; or why it can't be told yet, and whether that waits for an ancestor. */
type Look = DeletionCheck | { readonly problem: Failure; readonly waits?: boolean };

/**
 * CloudFormation sends Delete when a stack is deleted and when an update dropped the resource, but also in rollbacks, when it deletes what it
 * could not create, and for resources that are declared elsewhere in the stack. The stack's status and its events tell them apart.
 *
 * @throws Failure if it can't be told
 */
export async function checkDeletion(request: Request, replaced: Replaced): Promise<DeletionCheck> {
  const { throttledUntil: end = request.deadline } = request;
  for (let attempt = 0; ;) {
    const isLast = READ_AGAIN[attempt] === undefined || Date.now() + READ_AGAIN[attempt] >= end;
    const look = await lookOnce(request, replaced, isLast);
    if (!('problem' in look)) {
      return look;
    }
    const pause = look.waits ? POLL_ANCESTORS : READ_AGAIN[attempt++];
    if (pause === undefined || Date.now() + pause >= end) {
      throw look.problem;
    }
    await sleep(pause, request.signal);
  }
}

/** Whether the stack, or one that it is nested in, is rolling back. Where that can't be read, an update goes on as usual: it disconnects nobody either way. */
export async function isKnownToRollBack(request: Request): Promise<boolean> {
  try {
    return (await describeWithAncestors(request)).some(isRollingBack);
  } catch (error) {
    logDecision(request, 'status unknown', messageOf(error), 'warning');
    return false;
  }
}

async function lookOnce(request: Request, replaced: Replaced, isLast: boolean): Promise<Look> {
  try {
    const stacks = await describeWithAncestors(request);
    return await lookIn(phaseOf(stacks), stacks[0], { request, replaced, isLast });
  } catch (error) {
    const problem = new Failure(
      say`CloudFormation did not tell whether this deletion is genuine, so nothing was disconnected. ${messageOf(error)}`,
      { cause: error },
    );
    if (error instanceof Failure) {
      // It was tried for long enough already.
      throw problem;
    }
    return { problem };
  }
}

interface Question {
  readonly request: Request;
  readonly replaced: Replaced;
  /** Whether nothing is read again after this. */
  readonly isLast: boolean;
}

async function lookIn(phase: Phase, own: DescribedStack, question: Question): Promise<Look> {
  const { request } = question;
  const events = new StackEvents(request, own.id);
  switch (phase.kind) {
    case 'rollback':
      return { genuine: false, why: phase.why };
    case 'update':
      return { problem: undecided(phase), waits: true };
    case 'other':
      return { problem: undecided(phase) };
    case 'clean-up':
      return lookInCleanUp(question, events);
    case 'deletion': {
      const { of, inCleanUp } = phase;
      const wasComplete = await wasEverComplete(of, inCleanUp, of.id === own.id ? events : new StackEvents(request, of.id));
      if (wasComplete instanceof Failure) {
        return { problem: wasComplete };
      }
      return wasComplete
        ? lookAtEvents(question, events, { genuine: true, deletedStack: inCleanUp ? undefined : of.name })
        : { genuine: false, why: neverComplete(of.name) };
    }
  }
}

/** What of a stack that was never complete is said of its deletion. */
export function neverComplete(name: string): Told {
  return say`no create, update or import of the stack ${name} was ever completed`;
}

async function wasEverComplete(stack: DescribedStack, inCleanUp: boolean, events: StackEvents): Promise<boolean | Failure> {
  if (completeOnce.has(stack.id)) {
    return true;
  }
  const wasComplete = isFailedCreate(stack) ? false : wasCompleteByHistory(await historyOf(stack.id, events), stack, inCleanUp);
  if (wasComplete === true) {
    completeOnce.add(stack.id);
  }
  return wasComplete;
}

/** Whether the events of the stack show that this is being deleted now. What they don't show, or nobody may read, leaves it at what the status says. */
async function lookAtEvents({ request, isLast }: Question, events: StackEvents, byStatus: GenuineDeletion): Promise<Look> {
  const { logicalId, physicalId } = request;
  let fate;
  try {
    fate = await fateOf(request, events, isLast);
  } catch (error) {
    if (!isOfKind(error, 'denied')) {
      throw error;
    }
    logDecision(request, 'events unknown', messageOf(error), 'warning');
    return byStatus;
  }
  if (/^DELETE_(COMPLETE|SKIPPED)$/.test(fate.status ?? '')) {
    return { genuine: false, why: say`the request comes late: CloudFormation has deleted ${logicalId} already` };
  }
  if (fate.status === 'DELETE_IN_PROGRESS' || (isLast && !fate.isAnother && !fate.wasGivenUp)) {
    return byStatus;
  }
  return {
    problem: new Failure(
      say`The events of the stack ${request.stack.name} don't show that ${logicalId} (${physicalId}) is being deleted, so nothing was disconnected.`,
    ),
  };
}

/** What the resources of the stack tell in the clean-up of an update; where the list may be told in several ways, its events. */
async function lookInCleanUp(question: Question, events: StackEvents): Promise<Look> {
  const { request, replaced, isLast } = question;
  const resources = await listResources(request);
  const update = await updateIfTold(request, replaced, events);
  const isTold = !(update instanceof Failure);
  // The list may still show what was replaced instead of what has replaced it.
  if (isTold && update.as !== undefined) {
    return { genuine: false, why: update.as === request.logicalId ? replacedNotRemoved(update.as) : stillDeclared(update.as) };
  }
  const check = checkByDeclarations(request, resources, replaced, isTold ? update.gone : undefined);
  if (typeof check === 'object') {
    // The list alone says so, and it may be a moment old: then both are being deleted, and each would be kept because of the other.
    const isKept = (isLast || !isTold) && check.as !== request.logicalId;
    return isKept ? check : { problem: stillListed(check.as) };
  }
  // Without the events nobody knows which server an updated resource stands for by now.
  if (!isTold && (check === 'still listed' || resources.some((resource) => isUpdatedOther(request, resource)))) {
    throw update;
  }
  if (check !== 'still listed') {
    return lookAtEvents(question, events, { genuine: true });
  }
  return { problem: stillListed(request.logicalId) };
}

/** What the events say of the update that is being cleaned up; the failure, where nobody may read them. */
async function updateIfTold(request: Request, replaced: Replaced, events: StackEvents): Promise<Update | Failure> {
  try {
    return await updateOf(request, replaced === 'keep', events);
  } catch (error) {
    if (replaced === 'keep' || !isOfKind(error, 'denied')) {
      throw error;
    }
    return error;
  }
}
