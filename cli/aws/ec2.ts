import {
  EC2Client,
  type Instance,
  type NetworkInterface,
  paginateDescribeInstances,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { listIn } from '../../lambda/aws/retry';
import { groupFilters, interfaceFilters, isDefaultGroup, machineFilters } from '../../lambda/drain/drs-resources';
import { withReadableErrors } from './errors';
import type { ClientConfiguration } from './session';

/** EC2 in one account and Region, asked about what DRS has made; it changes nothing. */
export class Ec2Reader {
  private readonly client: EC2Client;

  constructor(configuration: ClientConfiguration) {
    this.client = new EC2Client(configuration);
  }

  /** The security groups that DRS has made in the VPC by itself. */
  defaultGroupsIn(vpcId: string): Promise<SecurityGroup[]> {
    return withReadableErrors('ec2:DescribeSecurityGroups', async () => {
      const found: SecurityGroup[] = [];
      for await (const { SecurityGroups } of paginateDescribeSecurityGroups({ client: this.client }, { Filters: groupFilters(vpcId) })) {
        found.push(...listIn(SecurityGroups).filter((group) => isDefaultGroup(group, vpcId)));
      }
      return found;
    });
  }

  /** The machines of DRS that are in these subnets. */
  machinesIn(subnetIds: readonly string[]): Promise<Instance[]> {
    return withReadableErrors('ec2:DescribeInstances', async () => {
      const found: Instance[] = [];
      for await (const { Reservations } of paginateDescribeInstances({ client: this.client }, { Filters: machineFilters(subnetIds) })) {
        found.push(...listIn(Reservations).flatMap(({ Instances }) => listIn(Instances)));
      }
      return found;
    });
  }

  /** The network interfaces of DRS that are in these subnets. */
  interfacesIn(subnetIds: readonly string[]): Promise<NetworkInterface[]> {
    return withReadableErrors('ec2:DescribeNetworkInterfaces', async () => {
      const found: NetworkInterface[] = [];
      const pages = paginateDescribeNetworkInterfaces({ client: this.client }, { Filters: interfaceFilters(subnetIds) });
      for await (const { NetworkInterfaces } of pages) {
        found.push(...listIn(NetworkInterfaces));
      }
      return found;
    });
  }
}
