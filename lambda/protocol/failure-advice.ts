import { bytesOf, cut, Failure, messageOf } from '../aws/errors';
import type { DeletionCheck } from './deletion-check';
import type { Request } from './request';

/** What a deletion was to do, for the operator who has to finish it. */
export interface RemainingWork {
  readonly what: string;
  /** The account and the service that the commands are for. */
  readonly accountId: string;
  readonly service: string;
  /** The commands that do it. */
  readonly manualCommands: string;
}

/** A Reason may have so many bytes: a response has 4,096, and the IDs in it some hundred. */
const ROOM_IN_RESPONSE = 3_250;

/** Why a deletion failed, and what to do about it: however long the one is, there is room for the other. */
export function failedDeletion(error: unknown, request: Request, check: DeletionCheck | undefined, work: RemainingWork): Failure {
  const next = explainNext(request, check, work);
  return new Failure(`${cut(messageOf(error), ROOM_IN_RESPONSE - bytesOf(next))} ${next}`, { cause: error });
}

function explainNext(
  request: Request,
  check: DeletionCheck | undefined,
  { what, accountId, service, manualCommands }: RemainingWork,
): string {
  const { name, region, accountId: ownAccountId } = request.stack;
  const accounts = `Commands of ${service} are for account ${accountId}, those of CloudFormation for account ${ownAccountId}.`;
  const where = accountId === ownAccountId ? '' : ` ${accounts}`;
  if (!check?.genuine) {
    return `If ${what} shall go, it can be disconnected by hand: ${manualCommands}.${where}`;
  }
  if (check.deletedStack === undefined) {
    return `CloudFormation tries this deletion three times and then forgets the resource, so finish it by hand: ${manualCommands}.${where}`;
  }
  return (
    `Then delete the stack again, which continues where it stopped: \`aws cloudformation delete-stack --stack-name ${check.deletedStack} --region ${region}\`. ` +
    `Or leave ${what} as it is: \`aws cloudformation delete-stack --stack-name ${name} --retain-resources ${request.logicalId} --region ${region}\`.${where}`
  );
}
