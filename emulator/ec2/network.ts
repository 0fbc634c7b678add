import { randomHex } from '../control/random';
import { AwsError } from '../http/service';
import { ec2Error } from './errors';
import {
  Instance,
  InternetGateway,
  NatGateway,
  NetworkInterface,
  RouteTable,
  SecurityGroup,
  Subnet,
  Tags,
  Volume,
  Vpc,
  VpcEndpoint,
} from './model';

/** Things of one kind, by their IDs. */
export class Collection<T> extends Map<string, T> {
  constructor(private readonly absent: (id: string) => AwsError) {
    super();
  }

  /** Throws what EC2 says of an ID that doesn't exist. */
  existing(id: string): T {
    const item = this.get(id);
    if (item === undefined) throw this.absent(id);
    return item;
  }

  all(): T[] {
    return [...this.values()];
  }
}

/** What EC2 holds in one account and Region. */
export class Network {
  readonly vpcs = collection<Vpc>('InvalidVpcID.NotFound', 'vpc ID');
  readonly subnets = collection<Subnet>('InvalidSubnetID.NotFound', 'subnet ID');
  readonly securityGroups = collection<SecurityGroup>('InvalidGroup.NotFound', 'security group');
  readonly interfaces = collection<NetworkInterface>('InvalidNetworkInterfaceID.NotFound', 'networkInterface ID');
  readonly instances = collection<Instance>('InvalidInstanceID.NotFound', 'instance ID');
  readonly volumes = collection<Volume>('InvalidVolume.NotFound', 'volume');
  readonly routeTables = collection<RouteTable>('InvalidRouteTableID.NotFound', 'routeTable ID');
  readonly internetGateways = collection<InternetGateway>('InvalidInternetGatewayID.NotFound', 'internetGateway ID');
  readonly natGateways = collection<NatGateway>('NatGatewayNotFound', 'NAT gateway');
  readonly endpoints = collection<VpcEndpoint>('InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id');

  /** The group that a VPC is born with, and that what names no group is in; a list of one. */
  defaultGroupIdsOf(vpcId: string): string[] {
    return this.securityGroups
      .all()
      .filter((group) => group.vpcId === vpcId && group.groupName === 'default')
      .map(({ groupId }) => groupId);
  }

  addInterface(
    what: Omit<NetworkInterface, 'networkInterfaceId' | 'subnetId' | 'vpcId' | 'availabilityZone' | 'tags'> & { readonly tags?: Tags },
    subnet: Subnet,
  ): NetworkInterface {
    const { subnetId, vpcId, availabilityZone } = subnet;
    for (const groupId of what.groupIds) this.securityGroups.existing(groupId);
    const added = { tags: {}, ...what, networkInterfaceId: newId('eni'), subnetId, vpcId, availabilityZone };
    this.interfaces.set(added.networkInterfaceId, added);
    return added;
  }
}

export function newId(prefix: string): string {
  return `${prefix}-${randomHex(17)}`;
}

export function collection<T>(code: string, kind: string): Collection<T> {
  return new Collection<T>((id) => ec2Error(code, `The ${kind} '${id}' does not exist`));
}
