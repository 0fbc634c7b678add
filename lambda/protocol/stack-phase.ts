import { Failure } from '../aws/errors';
import { join, type Message, say } from '../aws/message';
import type { DescribedStack } from './stack-status';

/** What the statuses of a stack, and of those that it is nested in, make of a Delete. */
export type Phase =
  | { readonly kind: 'rollback'; readonly why: Message }
  | { readonly kind: 'clean-up' }
  /** With the outermost stack that is being deleted, and whether the update of one around it has removed that. */
  | { readonly kind: 'deletion'; readonly of: DescribedStack; readonly inCleanUp: boolean }
  /** With the ancestor that may still roll back. */
  | { readonly kind: 'update'; readonly open: DescribedStack; readonly why: Message }
  /** Nothing that deletes anything. */
  | { readonly kind: 'other'; readonly why: Message };

/** A stack that rests in one of the others, such as UPDATE_ROLLBACK_COMPLETE, rolls nothing back. */
const ROLLING_BACK = new Set([
  'ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'IMPORT_ROLLBACK_IN_PROGRESS',
]);

export const CLEAN_UP = 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';

export function isRollingBack({ status }: DescribedStack): boolean {
  return ROLLING_BACK.has(status);
}

/** @param stacks the stack itself first, its root last */
export function phaseOf(stacks: readonly DescribedStack[]): Phase {
  const rollingBack = stacks.find(isRollingBack);
  if (rollingBack) {
    return { kind: 'rollback', why: say`the stack ${rollingBack.name} is rolling back (${rollingBack.status})` };
  }
  const [own, ...ancestors] = stacks;
  if (own.status !== CLEAN_UP && own.status !== 'DELETE_IN_PROGRESS') {
    return { kind: 'other', why: say`A deletion was requested, but no stack is being deleted or cleaned up (${statusesOf(stacks)})` };
  }
  const open = ancestors.find(isOpen);
  if (open) {
    return {
      kind: 'update',
      open,
      why: say`The stack ${open.name}, which ${own.name} is nested in, may still roll back (${statusesOf(stacks)})`,
    };
  }
  // A nested stack is deleted by the deletion of an ancestor, or by the clean-up of an ancestor's update.
  const inCleanUp = stacks.some(({ status }) => status === CLEAN_UP);
  const deleted = [...stacks].reverse().find(({ status }) => status === 'DELETE_IN_PROGRESS');
  return own.status === CLEAN_UP || !deleted ? { kind: 'clean-up' } : { kind: 'deletion', of: deleted, inCleanUp };
}

/** A stack in the middle of a create or an update, or in one that failed: it may go either way. One that is deleted, cleans up or rests can't. */
function isOpen({ status }: DescribedStack): boolean {
  return status !== CLEAN_UP && !status.startsWith('DELETE_') && !status.endsWith('_COMPLETE');
}

function statusesOf(stacks: readonly DescribedStack[]): Message {
  return join(
    stacks.map(({ name, status }) => say`${name} is ${status}`),
    ', ',
  );
}

/** Why nothing can be decided in such a phase. */
export function undecided({ why }: { readonly why: Message }): Failure {
  return new Failure(say`${why}, so nothing was disconnected. Wait until the stack is at rest, then delete it again.`);
}
