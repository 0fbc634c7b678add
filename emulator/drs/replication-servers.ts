import { Clock } from '../control/clock';
import { keepInstance, terminateInstance } from '../ec2/instances';
import { Instance } from '../ec2/model';
import { Network } from '../ec2/network';
import { Settings } from '../settings';
import { launchReplicationServer } from './machines';

/** An EC2 instance in a staging subnet, shared by the source servers that replicate there. */
export interface ReplicationServer {
  readonly instanceId: string;
  readonly subnetId: string;
}

interface Parts {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly network: () => Network;
}

/** The replication servers of one account and Region. */
export class ReplicationServers {
  /** The source servers of each, by the ID of the EC2 instance. */
  private readonly sourceServerIDs = new Map<string, Set<string>>();

  /** Where each source server replicates to, or did, by its ID. */
  private readonly subnetIds = new Map<string, string>();

  constructor(private readonly parts: Parts) {}

  join(sourceServerID: string, subnetId: string, groupIds: readonly string[] = []): void {
    const { clock, network, settings } = this.parts;
    this.subnetIds.set(sourceServerID, subnetId);
    const interfaceOutlasts = settings.networkInterfaceLingers * 1000;
    const running = this.instances().find((each) => each.subnetId === subnetId && each.state === 'running');
    const instance = running ?? launchReplicationServer(network(), { subnetId, groupIds, interfaceOutlasts }, clock.now());
    const sharing = this.sourceServerIDs.get(instance.instanceId) ?? new Set();
    this.sourceServerIDs.set(instance.instanceId, sharing.add(sourceServerID));
    keepInstance(instance);
  }

  leave(sourceServerID: string): void {
    const { clock, settings } = this.parts;
    const now = clock.now();
    for (const instance of this.instances()) {
      const sharing = this.sourceServerIDs.get(instance.instanceId);
      if (!sharing?.delete(sourceServerID) || sharing.size > 0) continue;
      terminateInstance(instance, now, now + settings.replicationServerLingers * 1000);
    }
  }

  subnetOf(sourceServerID: string): string | undefined {
    return this.subnetIds.get(sourceServerID);
  }

  list(): ReplicationServer[] {
    return this.instances().flatMap(({ instanceId, subnetId }) => (subnetId === undefined ? [] : { instanceId, subnetId }));
  }

  private instances(): Instance[] {
    return this.parts
      .network()
      .instances.all()
      .filter(({ instanceId }) => this.sourceServerIDs.has(instanceId));
  }
}
