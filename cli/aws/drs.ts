import {
  DrsClient,
  GetReplicationConfigurationCommand,
  paginateDescribeRecoveryInstances,
  paginateDescribeSourceServers,
  type RecoveryInstance,
  type SourceServer,
} from '@aws-sdk/client-drs';
import DataLoader from 'dataloader';
import { isNamed, listIn, partIn } from '../../lambda/aws/retry';
import { isReplicatingHere } from '../../lambda/drain/replicating-here';
import { isAttributed } from '../../lambda/source-server/recovery-instance';
import { withReadableErrors } from './errors';
import type { ClientConfiguration } from './session';

/** DRS takes no more IDs in one request. */
const IDS_AT_ONCE = 200;

/** Something of DRS, and the ID of its source server. */
type Belonging<T> = readonly [sourceServerId: string | undefined, item: T];

/** DRS in one account and Region, asked about source servers; it changes nothing. */
export class DrsReader {
  private readonly client: DrsClient;
  private readonly servers = this.loader((ids) => this.serversOf(ids));
  private readonly instances = this.loader((ids) => this.instancesOf(ids));

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
  async sourceServers(isWanted: (server: SourceServer) => boolean): Promise<SourceServer[]> {
    const found = await this.describe(undefined, isWanted);
    // One that moves to a further page while they are read is listed twice.
    return [...new Map(found.map((server) => [server.sourceServerID, server])).values()];
  }

  /** The subnet that a source server replicates into; undefined if the server is gone by now. */
  stagingSubnetOf(sourceServerID: string): Promise<string | undefined> {
    const command = new GetReplicationConfigurationCommand({ sourceServerID });
    return withReadableErrors('drs:GetReplicationConfiguration', async () => {
      try {
        return partIn((await this.client.send(command)).stagingAreaSubnetId || undefined, 'subnet');
      } catch (error) {
        if (!isNamed(error, 'ResourceNotFoundException', 'UninitializedAccountException')) {
          throw error;
        }
        // DRS may list a server before it has its configuration.
        const isThere = (await this.describe({ sourceServerIDs: [sourceServerID] })).some(isReplicatingHere);
        return isThere ? partIn<string>(undefined, `replication configuration of ${sourceServerID}, which DRS lists`) : undefined;
      }
    });
  }

  /** What belongs to each of the source servers; `load` tells to which. */
  private loader<T>(load: (ids: string[]) => Promise<Belonging<T>[]>): DataLoader<string, T[]> {
    return new DataLoader(
      async (ids) => {
        const bySourceServer = new Map<string | undefined, T[]>();
        for (const [id, item] of await load([...ids])) {
          bySourceServer.set(id, [...(bySourceServer.get(id) ?? []), item]);
        }
        return ids.map((id) => bySourceServer.get(id) ?? []);
      },
      { maxBatchSize: IDS_AT_ONCE },
    );
  }

  private describe(filters?: { sourceServerIDs: string[] }, isWanted: (server: SourceServer) => boolean = () => true) {
    const pages = () => paginateDescribeSourceServers({ client: this.client }, { filters });
    return withReadableErrors('drs:DescribeSourceServers', () => itemsOf(pages(), isWanted));
  }

  private async serversOf(ids: string[]): Promise<Belonging<SourceServer>[]> {
    return (await this.describe({ sourceServerIDs: ids })).map((server) => [server.sourceServerID, server]);
  }

  private async instancesOf(ids: string[]): Promise<Belonging<RecoveryInstance>[]> {
    const found = await this.describeInstances(ids);
    if (ids.length > 1 && !found.every(isAttributed)) {
      // Asked about one server, DRS can only mean that one.
      return (await Promise.all(ids.map((id) => this.instancesOf([id])))).flat();
    }
    return found.map((instance) => [instance.sourceServerID ?? ids[0], instance]);
  }

  private async describeInstances(sourceServerIDs: string[]): Promise<RecoveryInstance[]> {
    const pages = () => paginateDescribeRecoveryInstances({ client: this.client }, { filters: { sourceServerIDs } });
    return withReadableErrors('drs:DescribeRecoveryInstances', () => itemsOf(pages(), () => true));
  }
}

/** In an account that never used DRS in the Region there is nothing; after a page, that can't be. */
async function itemsOf<T>(pages: AsyncIterable<{ items?: T[] }>, isWanted: (item: T) => boolean): Promise<T[]> {
  const found: T[] = [];
  let isFirst = true;
  try {
    for await (const { items } of pages) {
      isFirst = false;
      found.push(...listIn(items).filter(isWanted));
    }
  } catch (error) {
    if (!isFirst || !isNamed(error, 'UninitializedAccountException')) {
      throw error;
    }
  }
  return found;
}
