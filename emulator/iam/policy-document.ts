import { AwsError } from '../http/service';
import { Conditions, isSupportedOperator } from './conditions';

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: readonly Statement[];
}

/** Checks a policy document as IAM does when it is written; `trust` is a role's AssumeRolePolicyDocument. */
export function parsePolicyDocument(document: unknown, kind: 'identity' | 'trust'): PolicyDocument {
  const written = document as { readonly Version?: string; readonly Statement?: Statement | readonly Statement[] } | undefined;
  const statements = list(written?.Statement);
  if (statements.length === 0) throw malformed('Syntax errors in policy.');
  for (const statement of statements) checkStatement(statement, kind);
  return { ...written, Statement: statements };
}

/** What counts towards IAM's quotas: all but white space. */
export function policySize(document: PolicyDocument): number {
  return JSON.stringify(document).replace(/\s/g, '').length;
}

/** IAM takes a single value wherever it takes a list. */
export function list<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

function checkStatement(statement: Statement, kind: 'identity' | 'trust'): void {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw malformed('Syntax errors in policy.');
  const actions = [...list(statement.Action), ...list(statement.NotAction)];
  if (actions.length === 0) throw malformed('Policy statement must contain actions.');
  for (const action of actions) {
    if (action !== '*' && !/^[\w-]+:/.test(action))
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  const resources = [...list(statement.Resource), ...list(statement.NotResource)];
  if (kind === 'trust' && resources.length > 0) throw malformed('Has prohibited field Resource.');
  if (kind === 'trust' && statement.Principal === undefined) throw malformed('Missing required field Principal.');
  if (kind === 'identity' && statement.Principal !== undefined) throw malformed('Policy document should not specify a principal.');
  if (kind === 'identity' && resources.length === 0) throw malformed('Policy statement must contain resources.');
  for (const resource of resources) {
    if (resource !== '*' && !/^arn:|^\*/.test(resource)) {
      throw malformed(`Resource ${resource} must be in ARN format or "*".`);
    }
  }
  for (const operator of Object.keys(statement.Condition ?? {})) {
    // Real IAM knows more; a condition that nobody evaluates must not look granted or refused.
    if (!isSupportedOperator(operator)) throw malformed(`The condition operator ${operator} is not modelled by the embedded AWS.`);
  }
}

export function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicyDocument', message, 400);
}
