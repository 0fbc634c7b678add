import type { Demand } from './demand';
import type { Invocation } from './invocation';
import { groupsOf, interfacesIn, machinesIn } from './staging-areas';
import type { World } from './world';

type Look = 'DescribeInstances' | 'DescribeNetworkInterfaces';

/** How the deletion of a drain behaves: what it deletes; and what the success of its last link means. */
export class DrainConduct {
  /** How often in a row a run saw its subnets empty, of machines and of network interfaces. */
  private readonly empty = new Map<Invocation, Record<Look, number>>();
  private readonly others: readonly string[];

  constructor(
    private readonly world: World,
    private readonly demand: Demand,
  ) {
    this.others = groupsOf(this.network, 'others');
  }

  /** EC2 has answered what is there. */
  looked(invocation: Invocation, look: Look) {
    const empty = this.empty.get(invocation) ?? { DescribeInstances: 0, DescribeNetworkInterfaces: 0 };
    const left = look === 'DescribeInstances' ? this.machines(invocation) : this.interfaces(invocation);
    this.empty.set(invocation, { ...empty, [look]: left.length === 0 ? empty[look] + 1 : 0 });
  }

  deletesGroup(invocation: Invocation, body: string, told: string) {
    const groupId = new URLSearchParams(body).get('GroupId') ?? '';
    this.demand(!this.others.includes(groupId), 'I10', `${told}: ${groupId}, which is not DRS's or of another VPC`);
    this.demand(this.timesEmpty(invocation) >= 2, 'I10', `${told}, although it has not seen the subnets empty twice`);
  }

  /** The other links may hand over, whatever is there. */
  succeeded(invocation: Invocation, told: string) {
    if (invocation.event.ResourceProperties.Link !== '0') {
      return;
    }
    this.demand(this.timesEmpty(invocation) >= 2, 'I1', `${told}, but it has not seen the subnets empty twice`);
    this.demand(this.machines(invocation).length === 0, 'I1', `${told}, but machines of DRS are there`);
    this.demand(this.interfaces(invocation).length === 0, 'I1', `${told}, but network interfaces of DRS are there`);
    const groups = groupsOf(this.network, 'DRS, in the staging area');
    this.demand(groups.length === 0, 'I1', `${told}, but security groups of DRS are there`);
  }

  private timesEmpty(invocation: Invocation): number {
    return Math.min(...Object.values(this.empty.get(invocation) ?? { none: 0 }));
  }

  private machines({ event }: Invocation) {
    return machinesIn(this.network, event.ResourceProperties.SubnetIds as string[]);
  }

  private interfaces({ event }: Invocation) {
    return interfacesIn(this.network, event.ResourceProperties.SubnetIds as string[]);
  }

  private get network() {
    return this.world.ec2.network();
  }
}
