import {
  DrsClient,
  paginateDescribeRecoveryInstances,
  paginateDescribeSourceServers,
  type RecoveryInstance,
  type SourceServer,
} from '@aws-sdk/client-drs';
import DataLoader from 'dataloader';
import { isNamed } from '../../lambda/aws/retry';
import { withReadableErrors } from './errors';
import type { ClientConfiguration } from './session';

/** DRS takes no more IDs in one request. */
const IDS_AT_ONCE = 200;

/** DRS in one account and Region, asked about source servers; it changes nothing. */
export class DrsReader {
  private readonly client: DrsClient;
  private readonly servers = this.loader((ids) => this.describe({ sourceServerIDs: ids }));
  private readonly instances = this.loader((ids) => this.describeInstances(ids));

  constructor(configuration: ClientConfiguration) {
    this.client = new DrsClient(configuration);
  }

  /** The source server, or undefined if there is none. Those that are asked for together are asked about together. */
  async sourceServer(id: string): Promise<SourceServer | undefined> {
    return (await this.servers.load(id))[0];
  }

  /** The recovery instances of a source server. */
  recoveryInstancesOf(sourceServerId: string): Promise<RecoveryInstance[]> {
    return this.instances.load(sourceServerId);
  }

  /** Every source server that is wanted; no other is kept, since there may be thousands. */
  sourceServers(isWanted: (server: SourceServer) => boolean): Promise<SourceServer[]> {
    return this.describe(undefined, isWanted);
  }

  /** What belongs to each of the source servers. */
  private loader<T extends { readonly sourceServerID?: string }>(load: (ids: string[]) => Promise<T[]>): DataLoader<string, T[]> {
    return new DataLoader(
      async (ids) => {
        const bySourceServer = new Map<string | undefined, T[]>();
        for (const item of await load([...ids])) {
          bySourceServer.set(item.sourceServerID, [...(bySourceServer.get(item.sourceServerID) ?? []), item]);
        }
        return ids.map((id) => bySourceServer.get(id) ?? []);
      },
      { maxBatchSize: IDS_AT_ONCE },
    );
  }

  private describe(filters?: { sourceServerIDs: string[] }, isWanted: (server: SourceServer) => boolean = () => true) {
    const pages = paginateDescribeSourceServers({ client: this.client }, { filters });
    return withReadableErrors('drs:DescribeSourceServers', () => itemsOf(pages, isWanted));
  }

  private describeInstances(sourceServerIDs: string[]) {
    const pages = paginateDescribeRecoveryInstances({ client: this.client }, { filters: { sourceServerIDs } });
    return withReadableErrors('drs:DescribeRecoveryInstances', () => itemsOf(pages, () => true));
  }
}

/** In an account that never used DRS in the Region there is nothing. */
async function itemsOf<T>(pages: AsyncIterable<{ items?: T[] }>, isWanted: (item: T) => boolean): Promise<T[]> {
  const found: T[] = [];
  try {
    for await (const { items = [] } of pages) {
      found.push(...items.filter(isWanted));
    }
  } catch (error) {
    if (!isNamed(error, 'UninitializedAccountException')) {
      throw error;
    }
  }
  return found;
}
