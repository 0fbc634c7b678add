import { isDeepStrictEqual } from 'node:util';
import { STACK_ID_VARIABLE } from '../../lib/contract';
import { lookUp } from '../template/template';
import type { PlannedChange } from '../operation/planned-change';
import { isOfCreated } from '../../lambda/physical-ids';
import { isRecord } from '../../lambda/protocol/request';
import { NEVER_CREATED, outcomeOf, outcomeOfChange } from './outcome';
import type { Outcome } from './plan-json';
import { command, say } from '../../lambda/aws/message';
import { commandToRetain } from '../../lambda/protocol/failure-advice';

/**
 * What the deletion comes to if its teardown function doesn't serve this stack; undefined if it does. An update may bring the variable along,
 * so it is looked at only where the stack goes as it is.
 */
export function outcomeByFunction({ stack, resource, change }: PlannedChange): Outcome | undefined {
  const token = lookUp(stack.template?.Resources, resource.logicalId)?.Properties?.ServiceToken;
  if (token === undefined || change.kind !== 'deleted') {
    return undefined;
  }
  const [logicalId] = isRecord(token) && Array.isArray(token['Fn::GetAtt']) ? (token['Fn::GetAtt'] as unknown[]) : [];
  const ofStack = typeof logicalId === 'string' ? lookUp(stack.template?.Resources, logicalId) : undefined;
  if (!ofStack) {
    return outcomeOf(
      'unknown',
      say`it can't be told whether its teardown function, the ServiceToken, belongs to the stack ${stack.identity.name}: another stack's refuses to delete it. If a stack refactoring moved it here, put its construct back and run ${command`npx cdk refactor --unstable=refactor`} before`,
    );
  }
  const { Variables } = (ofStack.Properties?.Environment ?? {}) as { Variables?: unknown };
  const isServed = isRecord(Variables) && isDeepStrictEqual(Variables[STACK_ID_VARIABLE], { Ref: 'AWS::StackId' });
  return isServed
    ? undefined
    : outcomeOf(
        'blocked',
        say`The teardown function ${String(logicalId)} has no variable ${STACK_ID_VARIABLE}, so it refuses to delete anything. Deploy the stack ${stack.identity.name} once, before it is deleted.`,
      );
}

/** What a deletion comes to without a look at DRS: by what the stack says of it. Undefined if DRS decides. */
export function settledOutcome(planned: PlannedChange, isReadable: boolean): Outcome | undefined {
  const { resource, change } = planned;
  if (!isOfCreated(resource.physicalId)) {
    return outcomeOf('keep', NEVER_CREATED);
  }
  return outcomeOfChange(change) ?? (isReadable ? outcomeByFunction(planned) : unreadable(planned));
}

function unreadable({ resource, stack }: PlannedChange): Outcome {
  const retain = commandToRetain(stack.identity, resource.logicalId);
  return outcomeOf(
    'blocked',
    say`The teardown function can't read the physical ID '${resource.physicalId}', so the deletion fails. Do by hand what it stands for; once the deletion has failed, ${retain} leaves it out.`,
  );
}
