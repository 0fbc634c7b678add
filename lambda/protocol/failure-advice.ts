import { bytesOf, cut, Failure, messageOf } from '../aws/errors';
import type { Verdict } from './deletion-check';
import type { Request } from './request';

/** What a deletion was to do, for whoever has to finish it. */
export interface Undone {
  readonly what: string;
  readonly accountId: string;
  /** The commands that do it. */
  readonly byHand: string;
}

/** A Reason may have so many bytes: a response has 4,096, and the IDs in it some hundred. */
const LONGEST_REASON = 3_250;

/** Why a deletion failed, and what to do about it: however long the one is, there is room for the other. */
export function failedDeletion(error: unknown, request: Request, verdict: Verdict | undefined, undone: Undone): Failure {
  const next = tellWhatNext(request, verdict, undone);
  return new Failure(`${cut(messageOf(error), LONGEST_REASON - bytesOf(next))} ${next}`, { cause: error });
}

function tellWhatNext(request: Request, verdict: Verdict | undefined, { what, accountId, byHand }: Undone): string {
  const { name, region, accountId: ownAccountId } = request.stack;
  const accounts = `Commands of DRS are for account ${accountId}, those of CloudFormation for account ${ownAccountId}.`;
  const where = accountId === ownAccountId ? '' : ` ${accounts}`;
  if (!verdict?.genuine) {
    return `If ${what} shall go, it can be disconnected by hand: ${byHand}.${where}`;
  }
  if (verdict.deletedStack === undefined) {
    return `CloudFormation tries this deletion three times and then forgets the resource, so finish it by hand: ${byHand}.${where}`;
  }
  return (
    `Then delete the stack again, which continues where it stopped: \`aws cloudformation delete-stack --stack-name ${verdict.deletedStack} --region ${region}\`. ` +
    `Or leave ${what} as it is: \`aws cloudformation delete-stack --stack-name ${name} --retain-resources ${request.logicalId} --region ${region}\`.${where}`
  );
}
