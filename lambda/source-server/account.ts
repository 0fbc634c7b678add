import { accountOfRole } from '../aws/role';
import { Failure } from '../aws/errors';
import type { StackIdentity } from '../protocol/request';
import type { Options } from './options';
import { nameOf, type NamedServer } from './source-server';

/**
 * Refuses a server of another account than the credentials: that account would answer "not found", and that would count as success.
 *
 * @throws Failure if it is of another account
 */
export function refuseOtherAccount(stack: StackIdentity, server: NamedServer, { assumeRoleArn }: Options): void {
  const accountId = assumeRoleArn === undefined ? stack.accountId : accountOfRole(assumeRoleArn);
  if (server.accountId !== accountId) {
    const who = assumeRoleArn === undefined ? `the stack ${stack.name}` : `the role ${assumeRoleArn}`;
    throw new Failure(
      `The ${nameOf(server)} belongs to another account than ${who} (account ${accountId}), which can't look after it: nothing was done. ` +
        `Let the disconnection assume a role of account ${server.accountId}, or declare it in a stack of that account.`,
    );
  }
}
