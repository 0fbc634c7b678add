import { Failure } from '../aws/errors';
import { join, say } from '../aws/message';
import { accountOfRole } from '../aws/role';
import type { SourceServerArn } from '../physical-ids';
import type { Request } from '../protocol/request';
import type { DisconnectionOptions } from './options';
import { nameOf } from './source-server';

/**
 * Refuses a server of another partition or account than the credentials: there DRS would answer "not found", and that would count as success.
 *
 * @throws Failure if it is of another one
 */
export function refuseOtherAccount(
  { stack, type }: Pick<Request, 'stack' | 'type'>,
  server: SourceServerArn,
  { assumeRoleArn }: DisconnectionOptions,
): void {
  if (server.partition !== stack.partition) {
    throw new Failure(
      say`The ${nameOf(server)} is in the partition ${server.partition}, and the stack ${stack.name} in ${stack.partition}, from where nobody can look after it: nothing was done.`,
      { kind: 'permanent' },
    );
  }
  const accountId = assumeRoleArn === undefined ? stack.accountId : accountOfRole(assumeRoleArn);
  if (server.accountId !== accountId) {
    const who = assumeRoleArn === undefined ? say`the stack ${stack.name}` : say`the role ${assumeRoleArn}`;
    throw new Failure(
      join([
        say`The ${nameOf(server)} belongs to another account than ${who} (account ${accountId}), which can't look after it: nothing was done.`,
        // A stack whose deletion fails takes no update any more.
        type === 'Delete'
          ? undefined
          : say`Let the disconnection assume a role of account ${server.accountId}, or declare it in a stack of that account.`,
      ]),
      { kind: 'permanent' },
    );
  }
}
