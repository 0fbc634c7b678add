import { Network } from '../ec2/network';
import { KnownRecoveryInstance, KnownSourceServer, RunningJob, ConfigurationTemplates } from './model';
import { ReplicationServers } from './replication-servers';

/** What DRS knows in one account and Region. */
export interface DrsAccountState {
  readonly accountId: string;
  readonly region: string;
  /** False where DRS was never used: every operation says so. */
  initialized: boolean;
  readonly sourceServers: Map<string, KnownSourceServer>;
  readonly recoveryInstances: Map<string, KnownRecoveryInstance>;
  readonly jobs: Map<string, RunningJob>;
  readonly replicationServers: ReplicationServers;
  readonly configurationTemplates: ConfigurationTemplates;
  /** What EC2 has in the same account and Region, as it is now. */
  network(): Network;
  /** When a recovery instance last ceased to hold a source server: by its ID, in emulated milliseconds. */
  readonly releases: Map<string, number>;
  /** When a source server was disconnected, by its ID, and how it was replicating before. */
  readonly disconnections: Map<string, { readonly time: number; readonly before: KnownSourceServer['dataReplicationInfo'] }>;
}
