import { randomHex } from '../control/random';
import { AwsError } from '../http/service';
import { ec2Error } from './errors';

export type Tags = Readonly<Record<string, string>>;

export interface Vpc {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly networkAclId: string;
  readonly tags: Tags;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly mapPublicIpOnLaunch: boolean;
  readonly tags: Tags;
}

export interface SecurityGroupRule {
  readonly ruleId: string;
  readonly ipProtocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly cidrIp?: string;
  readonly cidrIpv6?: string;
  readonly prefixListId?: string;
  /** The group that it lets in, or out to. */
  readonly groupId?: string;
  readonly description?: string;
}

export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly description: string;
  readonly vpcId: string;
  readonly tags: Tags;
  readonly ingress: readonly SecurityGroupRule[];
  readonly egress: readonly SecurityGroupRule[];
}

export interface NetworkInterface {
  readonly networkInterfaceId: string;
  readonly type: 'interface' | 'nat_gateway' | 'vpc_endpoint';
  readonly subnetId: string;
  readonly vpcId: string;
  readonly availabilityZone: string;
  readonly groupIds: readonly string[];
  readonly description: string;
  /** Whether a public address is mapped to it. */
  readonly isPublic: boolean;
  readonly instanceId?: string;
  readonly tags: Tags;
}

export interface Instance {
  readonly instanceId: string;
  readonly launchedAt: number;
  readonly tags: Tags;
  state: 'running' | 'shutting-down' | 'terminated';
  /** Emulated milliseconds since 1970; Infinity while nobody has asked for it. */
  shutsDownAt: number;
  terminatedAt: number;
  /** Where it is, until it is terminated. */
  subnetId?: string;
  vpcId?: string;
  groupIds: readonly string[];
}

export interface Volume {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly tags: Tags;
}

export interface RouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly isMain: boolean;
  readonly tags: Tags;
  /** By destination. */
  readonly routes: Map<string, { readonly gatewayId?: string; readonly natGatewayId?: string }>;
  /** The subnets, by the ID of the association. */
  readonly associations: Map<string, string>;
}

export interface InternetGateway {
  readonly internetGatewayId: string;
  readonly tags: Tags;
  /** The VPC it is attached to. */
  vpcId?: string;
}

export interface NatGateway {
  readonly natGatewayId: string;
  readonly networkInterfaceId: string;
}

export interface VpcEndpoint {
  readonly vpcEndpointId: string;
  readonly vpcId: string;
  readonly networkInterfaceIds: readonly string[];
}

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
    what: Pick<NetworkInterface, 'type' | 'groupIds' | 'description' | 'isPublic' | 'instanceId'>,
    subnet: Subnet,
  ): NetworkInterface {
    const { subnetId, vpcId, availabilityZone } = subnet;
    for (const groupId of what.groupIds) this.securityGroups.existing(groupId);
    const added = { ...what, tags: {}, networkInterfaceId: newId('eni'), subnetId, vpcId, availabilityZone };
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
