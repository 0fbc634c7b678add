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
  /** Emulated milliseconds by which it outlasts its instance, and when it goes then; it goes with its instance unless told. */
  readonly outlasts?: number;
  readonly goesAt?: number;
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
