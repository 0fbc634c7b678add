import { KnownRoles } from '../iam/model';
import { list } from '../iam/policy-document';

/** As Lambda when a function is created or updated: its role must be there, and trust Lambda. */
export function checkExecutionRole(roleArn: string, roles: Pick<KnownRoles, 'find'>): void {
  const [, , , , accountId = '', path = ''] = roleArn.split(':');
  const statements = roles.find(accountId, path.split('/').pop())?.trust.written.Statement ?? [];
  const trusted = statements.some(
    ({ Effect, Principal }) =>
      Effect === 'Allow' && typeof Principal === 'object' && list(Principal.Service).includes('lambda.amazonaws.com'),
  );
  if (!trusted) throw new Error(`The role defined for the function cannot be assumed by Lambda. (${roleArn})`);
}
