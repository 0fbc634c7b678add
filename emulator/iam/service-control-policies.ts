import { AuthorizationRequest, Decision, evaluate } from './evaluation';
import { malformed, parsePolicyDocument, PolicyDocument } from './policy-document';

/** Organizations' quota, white space included: only its console takes that out. */
const longestPolicy = 5120;

const fullAccess = parsePolicyDocument({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'identity');

/** What an organization forbids the principals of its accounts. DRS's own clean-up asks nobody: such policies don't bind service-linked roles. */
export class ServiceControlPolicies {
  private readonly ofAccounts = new Map<string, readonly PolicyDocument[]>();

  /** Attaches these to an account, beside FullAWSAccess and in the place of any others. */
  attach(accountId: string, ...policies: readonly string[]): void {
    this.ofAccounts.set(accountId, [fullAccess, ...policies.map(parseServiceControlPolicy)]);
  }

  decide(accountId: string, request: AuthorizationRequest): Decision {
    return evaluate(this.ofAccounts.get(accountId) ?? [fullAccess], request);
  }
}

/** Checks a service control policy as Organizations does when it is written. */
export function parseServiceControlPolicy(policy: string): PolicyDocument {
  if (policy.length > longestPolicy) throw malformed(`The policy has more than ${longestPolicy} characters.`);
  const document = parsePolicyDocument(JSON.parse(policy), 'identity');
  for (const { Effect } of document.Statement) {
    if (Effect !== 'Deny') throw malformed('A service control policy that allows is not modelled by the embedded AWS.');
  }
  return document;
}
