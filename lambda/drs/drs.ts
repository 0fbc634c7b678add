import {
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
  DrsClient,
  type RecoveryInstance,
  type SourceServer,
} from '@aws-sdk/client-drs';
import { clientConfiguration } from '../aws/client-configuration';
import { isNamed, retry } from '../aws/retry';
import type { StackIdentity } from '../custom-resource/request';

/** The few calls that are made to DRS in one Region, each one repeated until it is answered or the deadline comes. */
export class Drs {
  private readonly client: DrsClient;

  constructor(
    stack: StackIdentity,
    region: string,
    /** When it gives up, in milliseconds since 1970. */
    readonly deadline: number,
  ) {
    this.client = new DrsClient(clientConfiguration(stack, region));
  }

  /** The source server as it is after the disconnect. */
  disconnectSourceServer(sourceServerID: string): Promise<SourceServer> {
    const command = new DisconnectSourceServerCommand({ sourceServerID });
    return this.call('drs:DisconnectSourceServer', (abortSignal) => this.client.send(command, { abortSignal }));
  }

  /** The source server, or undefined if there is none. */
  async findSourceServer(sourceServerID: string): Promise<SourceServer | undefined> {
    const found = await this.all('drs:DescribeSourceServers', async (nextToken, abortSignal) => {
      const command = new DescribeSourceServersCommand({ filters: { sourceServerIDs: [sourceServerID] }, nextToken });
      return this.client.send(command, { abortSignal });
    });
    return found.find((server) => server.sourceServerID === sourceServerID);
  }

  /** The recovery instances of the source server, drills and real ones. */
  recoveryInstancesOf(sourceServerID: string): Promise<RecoveryInstance[]> {
    return this.all('drs:DescribeRecoveryInstances', async (nextToken, abortSignal) => {
      const command = new DescribeRecoveryInstancesCommand({ filters: { sourceServerIDs: [sourceServerID] }, nextToken });
      return this.client.send(command, { abortSignal });
    });
  }

  /** Every page of a describe. In an account that never used DRS in the Region there is nothing. */
  private async all<T>(action: string, page: (nextToken: string | undefined, abortSignal: AbortSignal) => Promise<Page<T>>): Promise<T[]> {
    const items: T[] = [];
    let nextToken: string | undefined;
    try {
      do {
        const answer = await this.call(action, (abortSignal) => page(nextToken, abortSignal));
        items.push(...(answer.items ?? []));
        nextToken = answer.nextToken;
      } while (nextToken);
    } catch (error) {
      if (!isNamed(error, 'UninitializedAccountException')) {
        throw error;
      }
    }
    return items;
  }

  private call<T>(action: string, call: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
    return retry(action, this.deadline, call);
  }
}

interface Page<T> {
  readonly items?: T[];
  readonly nextToken?: string;
}
