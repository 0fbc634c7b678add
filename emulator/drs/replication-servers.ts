import { Clock } from '../clock';
import { randomHex } from '../random';

/** Measured once, live: the replication server went this long after the last source server had left. */
const terminationDelay = 11 * 60_000;

/** An EC2 instance in a staging subnet, shared by the source servers that replicate there. */
export interface ReplicationServer {
  readonly instanceId: string;
  readonly subnetId: string;
}

interface StagingSubnet extends ReplicationServer {
  readonly sourceServerIDs: Set<string>;
  /** Emulated milliseconds since 1970. */
  goneAt: number;
}

/** The replication servers of one account and Region. */
export class ReplicationServers {
  private readonly subnets = new Map<string, StagingSubnet>();

  constructor(private readonly clock: Clock) {}

  join(sourceServerID: string, subnetId: string): void {
    const running = this.running(subnetId) ?? {
      instanceId: `i-${randomHex(17)}`,
      subnetId,
      sourceServerIDs: new Set<string>(),
      goneAt: Infinity,
    };
    running.sourceServerIDs.add(sourceServerID);
    running.goneAt = Infinity;
    this.subnets.set(subnetId, running);
  }

  leave(sourceServerID: string): void {
    for (const subnet of this.subnets.values()) {
      if (!subnet.sourceServerIDs.delete(sourceServerID) || subnet.sourceServerIDs.size > 0) continue;
      subnet.goneAt = this.clock.now() + terminationDelay;
    }
  }

  list(): ReplicationServer[] {
    return [...this.subnets.keys()]
      .flatMap((subnetId) => this.running(subnetId) ?? [])
      .map(({ instanceId, subnetId }) => ({ instanceId, subnetId }));
  }

  private running(subnetId: string): StagingSubnet | undefined {
    const subnet = this.subnets.get(subnetId);
    return subnet && subnet.goneAt > this.clock.now() ? subnet : undefined;
  }
}
