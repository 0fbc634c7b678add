import { DescribeSourceServersCommand, DrsClient, GetReplicationConfigurationCommand, type SourceServer } from '@aws-sdk/client-drs';
import { clientConfiguration } from '../aws/client-configuration';
import { isNothingThere } from '../aws/drs';
import { inParallel } from '../aws/in-parallel';
import { RateLimiter } from '../aws/rate-limiter';
import { isNamed, listIn, partIn, retry } from '../aws/retry';
import type { Term } from '../aws/sleep';
import type { StackIdentity } from '../aws/stack-id';
import { isReplicatingHere } from './replicating-here';

/** An account may have thousands of source servers, and DRS is asked about each. */
const AT_ONCE = 20;

/** Source servers that replicate into the subnets, or are about to: what EC2 does not show yet. */
export async function serversReplicatingInto(subnetIds: readonly string[], stack: StackIdentity, term: Term): Promise<string[]> {
  const client = new DrsClient(clientConfiguration(stack, stack.region));
  const found: string[] = [];
  const rateLimiter = new RateLimiter(term.signal);
  await inParallel(AT_ONCE, (await sourceServers(client, term)).filter(isReplicatingHere), async ({ sourceServerID = '' }) => {
    const command = new GetReplicationConfigurationCommand({ sourceServerID });
    const call = async (abortSignal: AbortSignal) => {
      const answer = await unlessGone(() => rateLimiter.run(() => client.send(command, { abortSignal })));
      if (answer) {
        return partIn(answer.stagingAreaSubnetId || undefined, 'subnet');
      }
      // DRS may list a server before it has its configuration.
      const isThere = (await readSourceServers(client, term, [sourceServerID])).flat().some(isReplicatingHere);
      return partIn(isThere ? undefined : 'none', `replication configuration of ${sourceServerID}, which DRS lists`);
    };
    if (subnetIds.includes(await retry('drs:GetReplicationConfiguration', call, term))) {
      found.push(sourceServerID);
    }
  });
  return found;
}

/** Pages are no snapshot: a server may move between them. So they are read twice, and what either has counts, as it is now. */
async function sourceServers(client: DrsClient, term: Term): Promise<SourceServer[]> {
  const pages = await readSourceServers(client, term);
  const again = pages.length > 1 ? await readSourceServers(client, term) : [];
  return [...new Map([...pages, ...again].flat().map((server) => [server.sourceServerID, server])).values()];
}

/** Page by page. In an account that never used DRS there is none; after a page, that can't be. */
async function readSourceServers(client: DrsClient, term: Term, sourceServerIDs?: string[]): Promise<SourceServer[][]> {
  const pages: SourceServer[][] = [];
  let nextToken: string | undefined;
  const call = async (abortSignal: AbortSignal) => {
    const command = new DescribeSourceServersCommand({ filters: sourceServerIDs && { sourceServerIDs }, nextToken });
    const answer = await client.send(command, { abortSignal });
    return { ...answer, items: listIn(answer.items) };
  };
  try {
    do {
      const page = await retry('drs:DescribeSourceServers', call, term);
      pages.push(page.items);
      nextToken = page.nextToken;
    } while (nextToken);
  } catch (error) {
    if (nextToken !== undefined || !isNamed(error, 'UninitializedAccountException')) {
      throw error;
    }
  }
  return pages;
}

/** What is answered; undefined if there is no such server. */
async function unlessGone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isNothingThere(error)) {
      throw error;
    }
    return undefined;
  }
}
