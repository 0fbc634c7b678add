import { Clock } from '../control/clock';
import { Ec2 } from '../ec2/ec2';
import { Network } from '../ec2/network';
import { Settings } from '../settings';
import { DrsAccountState } from './account-state';
import { settleGoneMachines } from './gone-machines';
import { settleJobs } from './jobs';
import { ReplicationServers } from './replication-servers';

/** DRS in every account and Region. */
export class DrsAccountStates {
  private readonly accountStates = new Map<string, DrsAccountState>();

  constructor(private readonly parts: { readonly clock: Clock; readonly settings: Settings; readonly ec2: Ec2 }) {}

  /** As it is now: jobs that have run their time are over, machines that were terminated are gone. */
  of(accountId: string, region: string): DrsAccountState {
    const name = `${accountId}/${region}`;
    const accountState = this.accountStates.get(name) ?? this.fresh(accountId, region, true);
    this.accountStates.set(name, accountState);
    settleJobs(accountState, this.parts.clock.now());
    settleGoneMachines(accountState, this.parts.settings, this.parts.clock.now());
    return accountState;
  }

  /** Forgets everything, as if DRS had never been used there. */
  uninitialize(accountId: string, region: string): void {
    this.accountStates.set(`${accountId}/${region}`, this.fresh(accountId, region, false));
  }

  /** Where a source server or a recovery instance is. */
  holderOf(id: string): DrsAccountState | undefined {
    return [...this.accountStates.values()]
      .map(({ accountId, region }) => this.of(accountId, region))
      .find(({ sourceServers, recoveryInstances }) => sourceServers.has(id) || recoveryInstances.has(id));
  }

  private fresh(accountId: string, region: string, initialized: boolean): DrsAccountState {
    const { clock, settings, ec2 } = this.parts;
    const network = (): Network => ec2.network(accountId, region);
    return {
      accountId,
      region,
      initialized,
      sourceServers: new Map(),
      recoveryInstances: new Map(),
      jobs: new Map(),
      replicationServers: new ReplicationServers({ clock, settings, network }),
      configurationTemplates: { replication: new Map(), launch: new Set() },
      network,
      releases: new Map(),
      disconnections: new Map(),
    };
  }
}
