import { conditionsHold, RequestContext } from './conditions';
import { list, PolicyDocument, Statement } from './policy-document';
import { matchesArn, matchesWildcard } from './wildcard';

export type Decision = 'allowed' | 'explicitly denied' | 'not allowed';

export interface AuthorizationRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** What a set of identity-based policies says to a request: one Deny is enough, otherwise one Allow is. */
export function evaluate(documents: readonly PolicyDocument[], request: AuthorizationRequest): Decision {
  const applicable = documents.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, request));
  if (applicable.some(({ Effect }) => Effect === 'Deny')) return 'explicitly denied';
  return applicable.length > 0 ? 'allowed' : 'not allowed';
}

function applies(statement: Statement, { action, resource, context }: AuthorizationRequest): boolean {
  return (
    named(statement.Action, statement.NotAction, (pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase())) &&
    named(statement.Resource, statement.NotResource, (pattern) => matchesArn(pattern, resource)) &&
    conditionsHold(statement.Condition ?? {}, context)
  );
}

function named(
  patterns: string | readonly string[] | undefined,
  exceptions: string | readonly string[] | undefined,
  matches: (pattern: string) => boolean,
): boolean {
  return patterns === undefined ? !list(exceptions).some(matches) : list(patterns).some(matches);
}
