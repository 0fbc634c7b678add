import { parseStackId, type StackIdentity } from '../aws/stack-id';
import type { OwnFunction } from './own-function';

/** What a refused request is about. */
interface Refused {
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly stack: StackIdentity;
}

/**
 * Why a request is refused that is not for the function's own stack; undefined if it is. Any stack that is being deleted would do otherwise.
 * The way out of a deletion needs no update: CloudFormation refuses one in DELETE_FAILED.
 *
 * @param manualCommands the commands that do by hand what the deletion was to do
 */
export function explainForeignStack(request: Refused, { name, stackId }: OwnFunction, manualCommands: string): string | undefined {
  const { stack, logicalId, type } = request;
  if (stackId === stack.id) {
    return undefined;
  }
  const own = parseStackId(stackId)?.name;
  const refused =
    `The function ${name} ${own === undefined ? 'does not know its stack' : `serves the stack ${own} only`}, ` +
    `so nothing was asked and nothing was changed for the stack ${stack.id}.`;
  if (type !== 'Delete') {
    return `${refused} Use a TeardownFunction of the stack ${stack.name}. ${ifItIsIts(stack)}`;
  }
  return (
    `${refused} Do by hand what ${logicalId} (${request.physicalId}) stands for: ${manualCommands}. ` +
    `Then delete the stack without it, once its deletion has failed: \`aws cloudformation delete-stack --stack-name ${stack.name} --retain-resources ${logicalId} --region ${stack.region}\`. ` +
    `${ifItIsIts(stack)} CloudFormation refuses that after a deletion that has failed.`
  );
}

function ifItIsIts({ name }: StackIdentity): string {
  return `If it is the function of ${name}, and its variable STACK_ID is missing or old, deploy ${name} once.`;
}
