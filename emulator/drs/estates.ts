import type { Job, RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { Clock } from '../control/clock';
import { Ec2 } from '../ec2/ec2';
import { Network } from '../ec2/network';
import { Settings } from '../settings';
import { settleJobs } from './jobs';
import { ReplicationServers } from './replication-servers';
import { Templates } from './templates';

/** The SDK's types, with the members that every record here has. */
export type KnownSourceServer = SourceServer &
  Required<Pick<SourceServer, 'sourceServerID' | 'arn' | 'tags' | 'dataReplicationInfo' | 'stagingArea' | 'sourceProperties'>>;
export type KnownRecoveryInstance = RecoveryInstance &
  Required<
    Pick<RecoveryInstance, 'recoveryInstanceID' | 'ec2InstanceID' | 'sourceServerID' | 'arn' | 'tags' | 'failback' | 'dataReplicationInfo'>
  >;

export interface RunningJob {
  readonly job: Job & Required<Pick<Job, 'creationDateTime' | 'participatingServers'>>;
  /** Emulated milliseconds since 1970. */
  readonly endsAt: number;
  /** Whether it terminates anything. */
  readonly succeeds: boolean;
}

/** What DRS knows in one account and Region. */
export interface Estate {
  readonly accountId: string;
  readonly region: string;
  /** False where DRS was never used: every operation says so. */
  initialized: boolean;
  readonly sourceServers: Map<string, KnownSourceServer>;
  readonly recoveryInstances: Map<string, KnownRecoveryInstance>;
  readonly jobs: Map<string, RunningJob>;
  readonly replicationServers: ReplicationServers;
  readonly templates: Templates;
  /** What EC2 has in the same account and Region, as it is now. */
  network(): Network;
  /** When a recovery instance last ceased to hold a source server, and when a source server was disconnected: by its ID, in emulated milliseconds. */
  readonly releases: Map<string, number>;
  readonly disconnections: Map<string, number>;
}

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
