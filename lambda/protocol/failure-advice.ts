import { Failure, isOfKind, messageOf } from '../aws/errors';
import { bytesOf, command, join, type Message, say, type Told } from '../aws/message';
import type { StackIdentity } from '../aws/stack-id';
import type { DeletionCheck } from './deletion-check';
import type { Request } from './request';

/** What a deletion was to do, for the operator who has to finish it. */
export interface RemainingWork {
  readonly what: Told;
  /** The account and the service that the commands are for. */
  readonly accountId: string;
  readonly service: string;
  /** The commands that do it. */
  readonly manualCommands: Message;
}

/** A Reason may have so many bytes: a response has 4,096, and the IDs in it some hundred. */
const ROOM_IN_RESPONSE = 3_250;

/** Why a deletion failed, and what to do about it: however long the one is, there is room for the other. */
export function failedDeletion(error: unknown, request: Request, check: DeletionCheck | undefined, work: RemainingWork): Failure {
  const next = explainNext(request, check, work, isOfKind(error, 'permanent'));
  return new Failure(join([messageOf(error).cut(ROOM_IN_RESPONSE - bytesOf(next)), next]), { cause: error });
}

function explainNext(
  request: Request,
  check: DeletionCheck | undefined,
  { what, accountId, service, manualCommands }: RemainingWork,
  isPermanent: boolean,
): Message {
  const { name, region, accountId: ownAccountId } = request.stack;
  const accounts = say`Commands of ${service} are for account ${accountId}, those of CloudFormation for account ${ownAccountId}.`;
  const where = accountId === ownAccountId ? undefined : accounts;
  if (!check?.genuine) {
    return join([say`If ${what} shall go, it can be disconnected by hand: ${manualCommands}.`, where]);
  }
  if (check.deletedStack === undefined) {
    return join([
      say`CloudFormation tries this deletion three times and then forgets the resource, so finish it by hand: ${manualCommands}.`,
      where,
    ]);
  }
  const retain = commandToRetain(request.stack, request.logicalId);
  const again = command`aws cloudformation delete-stack --stack-name ${check.deletedStack} --region ${region}`;
  if (isPermanent) {
    const byHand = say`Deleting again won't change that. Do by hand what is left to do (${manualCommands}),`;
    const root = check.deletedStack === name ? undefined : say`After it the stack that it is nested in: ${again}.`;
    return join([byHand, say`then delete the stack without ${request.logicalId}: ${retain}.`, root, where]);
  }
  return join([
    say`Then delete the stack again, which continues where it stopped: ${again}.`,
    say`Or leave ${what} as it is: ${retain}.`,
    where,
  ]);
}

/** Deletes the stack without the resource, once its deletion has failed. */
export function commandToRetain({ name, region }: Pick<StackIdentity, 'name' | 'region'>, logicalId: string): Message {
  return command`aws cloudformation delete-stack --stack-name ${name} --retain-resources ${logicalId} --region ${region}`;
}
