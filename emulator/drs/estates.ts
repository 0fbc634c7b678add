import { Clock } from '../control/clock';
import { Ec2 } from '../ec2/ec2';
import { Network } from '../ec2/network';
import { Settings } from '../settings';
import { Estate } from './estate';
import { settleJobs } from './jobs';
import { ReplicationServers } from './replication-servers';

/** DRS in every account and Region. */
export class Estates {
  private readonly estates = new Map<string, Estate>();

  constructor(private readonly deps: { readonly clock: Clock; readonly settings: Settings; readonly ec2: Ec2 }) {}

  /** As it is now: jobs that have run their time are over. */
  of(accountId: string, region: string): Estate {
    const name = `${accountId}/${region}`;
    const estate = this.estates.get(name) ?? this.fresh(accountId, region, true);
    this.estates.set(name, estate);
    settleJobs(estate, this.deps.clock.now());
    return estate;
  }

  /** Forgets everything, as if DRS had never been used there. */
  uninitialize(accountId: string, region: string): void {
    this.estates.set(`${accountId}/${region}`, this.fresh(accountId, region, false));
  }

  /** Where a source server or a recovery instance is. */
  holderOf(id: string): Estate | undefined {
    return [...this.estates.values()]
      .map(({ accountId, region }) => this.of(accountId, region))
      .find(({ sourceServers, recoveryInstances }) => sourceServers.has(id) || recoveryInstances.has(id));
  }

  private fresh(accountId: string, region: string, initialized: boolean): Estate {
    const { clock, settings, ec2 } = this.deps;
    const network = (): Network => ec2.network(accountId, region);
    return {
      accountId,
      region,
      initialized,
      sourceServers: new Map(),
      recoveryInstances: new Map(),
      jobs: new Map(),
      replicationServers: new ReplicationServers({ clock, settings, network }),
      templates: { replication: new Map(), launch: new Set() },
      network,
      releases: new Map(),
      disconnections: new Map(),
    };
  }
}
