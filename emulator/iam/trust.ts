import { AwsError } from '../http/service';
import { conditionsHold, RequestContext } from './conditions';
import { KnownRoles } from './model';
import { list, malformed, PolicyDocument, Statement } from './policy-document';
import { matchesWildcard } from './wildcard';

/** How a trust policy knows a caller: as itself, which is enough within an account; as its account, which leaves it to the caller's own policies. */
export type Trust = 'principal' | 'account' | 'none';

export interface Principal {
  readonly accountId: string;
  /** The ID of the caller's role. */
  readonly roleId: string;
  readonly sessionArn: string;
}

export function trustIn(principal: Principal, action: string, document: PolicyDocument | undefined, context: RequestContext): Trust {
  const known = (document?.Statement ?? [])
    .filter((statement) => list(statement.Action).some((pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase())))
    .filter((statement) => conditionsHold(statement.Condition ?? {}, context))
    .map((statement) => ({ effect: statement.Effect, trust: trustOf(statement, principal) }))
    .filter(({ trust }) => trust !== 'none');
  if (known.length === 0 || known.some(({ effect }) => effect === 'Deny')) return 'none';
  return known.some(({ trust }) => trust === 'principal') ? 'principal' : 'account';
}

/** As IAM keeps a trust policy: the ARN of a role becomes its ID, so that no later role of the same name is trusted. */
export function withRoleIds(document: PolicyDocument, roles: KnownRoles): PolicyDocument {
  const keep = (name: string): string => {
    if (/^(\*|\d{12}|arn:[\w-]+:iam::\d{12}:root)$/.test(name)) return name;
    const [, accountId = '', roleName] = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(name) ?? [];
    if (roles.find(accountId, roleName)) return name;
    const role = roles.findByArn(name);
    if (!role) throw invalidPrincipal(`"AWS":"${name}"`);
    return role.id;
  };
  return { ...document, Statement: document.Statement.map((statement) => withPrincipals(statement, keep)) };
}

function withPrincipals(statement: Statement, keep: (name: string) => string): Statement {
  const trusted = statement.Principal;
  if (typeof trusted === 'string' && trusted !== '*') throw invalidPrincipal(`"${trusted}"`);
  if (typeof trusted !== 'object' || trusted.AWS === undefined) return statement;
  return { ...statement, Principal: { ...trusted, AWS: list(trusted.AWS).map(keep) } };
}

/** That * is as good as an account, and no better, is the careful reading of what AWS documents. */
function trustOf({ Principal: trusted }: Statement, { accountId, roleId, sessionArn }: Principal): Trust {
  const names = typeof trusted === 'string' ? [trusted] : list(trusted?.AWS);
  if (names.some((name) => name === roleId || name === sessionArn)) return 'principal';
  return names.some((name) => name === '*' || name === accountId || name.endsWith(`:iam::${accountId}:root`)) ? 'account' : 'none';
}

function invalidPrincipal(principal: string): AwsError {
  return malformed(`Invalid principal in policy: ${principal}`);
}
