import {
  EC2Client,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeSecurityGroups,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { listIn } from '../../lambda/aws/retry';
import { groupFilters, isDefaultGroup, machineFilters } from '../../lambda/drain/drs-resources';
import { withReadableErrors } from './errors';
import type { ClientConfiguration } from './session';

/** EC2 in one account and Region, asked about what DRS has made; it changes nothing. */
export class Ec2Reader {
  private readonly client: EC2Client;

  constructor(configuration: ClientConfiguration) {
    this.client = new EC2Client(configuration);
  }

  /** The machines of DRS in these subnets. */
  machinesIn(subnetIds: readonly string[]): Promise<Instance[]> {
    return withReadableErrors('ec2:DescribeInstances', async () => {
      const found: Instance[] = [];
      for await (const { Reservations } of paginateDescribeInstances({ client: this.client }, { Filters: machineFilters(subnetIds) })) {
        found.push(...listIn(Reservations).flatMap(({ Instances }) => listIn(Instances)));
      }
      return found;
    });
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
}
