import type { Stack } from '@aws-sdk/client-cloudformation';
import { command, join, say, type Told } from '../../lambda/aws/message';
import { neverComplete } from '../../lambda/protocol/deletion-check';
import { phaseOf } from '../../lambda/protocol/stack-phase';
import type { Change } from './planned-change';
import type { DeployedStack } from '../template/template';

/** What the stack itself has to say to the operation. */
export interface StackCheck {
  readonly blockers: readonly Told[];
  readonly notes: readonly Told[];
  /** What becomes of all of its resources alike. */
  readonly change?: Change;
}

/** CloudFormation begins no update in any other status. */
const UPDATABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'];

/**
 * What CloudFormation, and the function's check of a deletion, make of a stack; its ancestors are given parent first.
 *
 * @param wasComplete whether the root was ever complete; undefined if that can't be told
 */
export function checkStack(
  stack: DeployedStack,
  ancestors: readonly Stack[],
  operation: 'delete' | 'update',
  wasComplete: boolean | undefined,
): StackCheck {
  const root = ancestors.at(-1)?.StackName ?? stack.identity.name;
  const nested = ancestors.length > 0 ? [say`The stack is nested in ${root}, and is usually ${operation}d with that.`] : [];
  if (operation === 'update') {
    return { blockers: UPDATABLE.includes(stack.status) ? [] : [explainStatus(stack, 'update')], notes: nested };
  }
  const isUnderWay = stack.status === 'DELETE_IN_PROGRESS';
  const status = isUnderWay ? ['The stack is being deleted already. Here is what is still to come.'] : [];
  return {
    blockers: isUnderWay ? [] : [...protectionOf(stack, root), ...(isDeletable(stack) ? [] : [explainStatus(stack, 'deletion')])],
    notes: [...nested, ...status],
    change: changeByStatus(stack, ancestors) ?? changeByHistory(root, wasComplete),
  };
}

/** What the handler would say by the statuses if the deletion were under way. */
function changeByStatus({ identity }: DeployedStack, ancestors: readonly Stack[]): Change | undefined {
  const own = { StackId: identity.id, StackName: identity.name, StackStatus: 'DELETE_IN_PROGRESS' };
  const phase = phaseOf(
    [own, ...ancestors].map(({ StackId = '', StackName = '', StackStatus = '' }) => ({
      id: StackId,
      name: StackName,
      status: StackStatus,
      lastOperations: [],
    })),
  );
  switch (phase.kind) {
    case 'rollback':
      return { kind: 'kept', why: phase.why };
    case 'update':
      return { kind: 'unknown', why: say`the stack ${phase.open.name} is ${phase.open.status}, and may still roll back` };
    default:
      return undefined;
  }
}

/** What it would say by what the root has reached before. */
function changeByHistory(root: string, wasComplete: boolean | undefined): Change | undefined {
  if (wasComplete === undefined) {
    return { kind: 'unknown', why: say`the events of the stack ${root} don't tell whether it was ever complete` };
  }
  return wasComplete ? undefined : { kind: 'kept', why: neverComplete(root) };
}

function protectionOf({ isProtected, identity }: DeployedStack, root: string): Told[] {
  const end = command`aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${root} --region ${identity.region}`;
  return isProtected ? [say`Termination protection is on, so CloudFormation refuses the deletion. ${end} ends it.`] : [];
}

function isDeletable({ status }: DeployedStack): boolean {
  return !status.endsWith('_IN_PROGRESS') || ['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'].includes(status);
}

function explainStatus({ status, identity }: DeployedStack, what: string): Told {
  const describe = command`aws cloudformation describe-stacks --stack-name ${identity.name} --region ${identity.region}`;
  const next = status.endsWith('_IN_PROGRESS') ? say`Wait until it is at rest: ${describe}.` : '';
  return join([say`The stack is ${status}, and CloudFormation begins no ${what} then.`, next]);
}
