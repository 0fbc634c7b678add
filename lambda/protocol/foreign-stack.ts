import { command, join, type Message, say } from '../aws/message';
import { parseStackId, type StackIdentity } from '../aws/stack-id';
import { commandToRetain } from './failure-advice';
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
export function explainForeignStack(request: Refused, { name, stackId }: OwnFunction, manualCommands: Message): Message | undefined {
  const { stack, logicalId, type } = request;
  if (stackId === stack.id) {
    return undefined;
  }
  const own = parseStackId(stackId)?.name;
  const serves = own === undefined ? 'does not know its stack' : say`serves the stack ${own} only`;
  const refused = say`The function ${name} ${serves}, so nothing was asked and nothing was changed for the stack ${stack.id}.`;
  if (type !== 'Delete') {
    return join([
      say`${refused} Use a TeardownFunction of the stack ${stack.name}.`,
      own && moveBack(logicalId, own),
      say`If it is the function of ${stack.name}, and its variable STACK_ID is missing or old, deploy ${stack.name} once.`,
    ]);
  }
  return join([
    say`${refused} Do by hand what ${logicalId} (${request.physicalId}) stands for: ${manualCommands}.`,
    say`Then delete the stack without it, once its deletion has failed: ${commandToRetain(stack, logicalId)}.`,
  ]);
}

/** CloudFormation moves nothing of a stack in DELETE_FAILED: so a deletion says what to do by hand instead. */
function moveBack(logicalId: string, own: string): Message {
  const refactor = command`npx cdk refactor --unstable=refactor`;
  return say`If a stack refactoring moved ${logicalId} here, put its construct back into the stack ${own} and run ${refactor}.`;
}
