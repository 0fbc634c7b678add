import type { Verdict } from './genuine-deletion';
import type { Request } from './request';

/** What a deletion was to do, for whoever has to finish it. */
interface Undone {
  readonly what: string;
  readonly accountId: string;
  /** The commands that do it. */
  readonly byHand: string;
}

/** What the operator can do about a deletion that failed. */
export function tellWhatNext(request: Request, verdict: Verdict | undefined, { what, accountId, byHand }: Undone): string {
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
