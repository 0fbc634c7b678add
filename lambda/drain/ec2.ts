import { EC2Client, type Instance, type NetworkInterface, type SecurityGroup } from '@aws-sdk/client-ec2';
import { clientConfiguration } from '../aws/client-configuration';
import { isNamed, listIn, retry } from '../aws/retry';
import type { StackIdentity } from '../aws/stack-id';
import {
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
} from './ec2-commands';
import { groupFilters, interfaceFilters, isDefaultGroup, type Leftovers, leftoversOf, machineFilters } from './drs-resources';

/** The calls that are made to EC2, each one repeated until it is answered or the deadline comes. */
export class Ec2 {
  private readonly client: EC2Client;

  constructor(
    stack: StackIdentity,
    /** When it gives up, in milliseconds since 1970. */
    readonly deadline: number,
    readonly signal: AbortSignal,
  ) {
    this.client = new EC2Client(clientConfiguration(stack, stack.region));
  }

  /** What of DRS is in these subnets. Interfaces come second: a machine that is gone when it is asked for leaves them to be seen. */
  async leftIn(subnetIds: readonly string[]): Promise<Leftovers> {
    const machines = await this.machinesIn(subnetIds);
    return leftoversOf(machines, await this.interfacesIn(subnetIds));
  }

  /** The security groups that DRS has made in the VPC by itself. */
  async defaultGroupsIn(vpcId: string): Promise<SecurityGroup[]> {
    const Filters = groupFilters(vpcId);
    const found = await this.all('ec2:DescribeSecurityGroups', async (NextToken, abortSignal) => {
      const page = await this.client.send(new DescribeSecurityGroupsCommand({ Filters, NextToken }), { abortSignal });
      return { items: listIn(page.SecurityGroups), nextToken: page.NextToken };
    });
    return found.filter((group) => isDefaultGroup(group, vpcId));
  }

  /** Deletes the group; one that is gone already will do. */
  async deleteGroup(GroupId: string): Promise<void> {
    const command = new DeleteSecurityGroupCommand({ GroupId });
    try {
      await retry('ec2:DeleteSecurityGroup', (abortSignal) => this.client.send(command, { abortSignal }), this);
    } catch (error) {
      if (!isNamed(error, 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound')) {
        throw error;
      }
    }
  }

  /** Replication servers, conversion servers, recovery instances. */
  private machinesIn(subnetIds: readonly string[]): Promise<Instance[]> {
    const Filters = machineFilters(subnetIds);
    return this.all('ec2:DescribeInstances', async (NextToken, abortSignal) => {
      const page = await this.client.send(new DescribeInstancesCommand({ Filters, NextToken }), { abortSignal });
      return { items: listIn(page.Reservations).flatMap(({ Instances }) => listIn(Instances)), nextToken: page.NextToken };
    });
  }

  private interfacesIn(subnetIds: readonly string[]): Promise<NetworkInterface[]> {
    const Filters = interfaceFilters(subnetIds);
    return this.all('ec2:DescribeNetworkInterfaces', async (NextToken, abortSignal) => {
      const page = await this.client.send(new DescribeNetworkInterfacesCommand({ Filters, NextToken }), { abortSignal });
      return { items: listIn(page.NetworkInterfaces), nextToken: page.NextToken };
    });
  }

  private async all<T>(action: string, page: (nextToken: string | undefined, abortSignal: AbortSignal) => Promise<Page<T>>): Promise<T[]> {
    const items: T[] = [];
    let nextToken: string | undefined;
    do {
      const answer = await retry(action, (abortSignal) => page(nextToken, abortSignal), this);
      items.push(...answer.items);
      nextToken = answer.nextToken;
    } while (nextToken);
    return items;
  }
}

interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string;
}
