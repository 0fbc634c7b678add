import { Caller } from '../service';
import { conditionsHold, RequestContext } from './conditions';
import { list, PolicyDocument, Statement } from './policy-document';
import { matchesWildcard } from './wildcard';

/** How a trust policy knows a caller: as itself, which is enough within an account; as its account, which leaves it to the caller's own policies. */
export type Trust = 'principal' | 'account' | 'none';

export interface Principal {
  readonly accountId: string;
  /** The caller's role, not its session. */
  readonly roleArn: string;
  readonly caller: Caller;
}

export function trustIn(principal: Principal, document: PolicyDocument | undefined, context: RequestContext): Trust {
  const known = (document?.Statement ?? [])
    .filter((statement) => list(statement.Action).some((action) => matchesWildcard(action.toLowerCase(), 'sts:assumerole')))
    .filter((statement) => conditionsHold(statement.Condition ?? {}, context))
    .map((statement) => ({ effect: statement.Effect, trust: trustOf(statement, principal) }))
    .filter(({ trust }) => trust !== 'none');
  if (known.length === 0 || known.some(({ effect }) => effect === 'Deny')) return 'none';
  return known.some(({ trust }) => trust === 'principal') ? 'principal' : 'account';
}

function trustOf({ Principal: trusted }: Statement, { accountId, roleArn, caller }: Principal): Trust {
  const names = typeof trusted === 'string' ? [trusted] : list(trusted?.AWS);
  if (names.some((name) => name === roleArn || name === caller.arn)) return 'principal';
  return names.some((name) => name === '*' || name === accountId || name.endsWith(`:iam::${accountId}:root`)) ? 'account' : 'none';
}
