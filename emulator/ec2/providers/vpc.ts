import { Subnet, Vpc } from '../model';
import { Network, newId } from '../network';
import { refuseUsedSubnet, refuseUsedVpc } from '../refusals';
import { Ec2Type, tagsOf } from './provider';
import { allTraffic } from './security-groups';

/** AWS::EC2::VPC, with the group and the route table that it is born with. */
export const vpcType: Ec2Type = {
  fixed: ['CidrBlock'],
  hasHandler: true,
  put(network, request, vpcId = newId('vpc')) {
    const existing = network.vpcs.get(vpcId);
    const vpc: Vpc = {
      vpcId,
      cidrBlock: String(request.properties.CidrBlock),
      networkAclId: existing?.networkAclId ?? newId('acl'),
      tags: tagsOf(request),
    };
    network.vpcs.set(vpcId, vpc);
    if (!existing) furnish(network, vpcId);
    return {
      physicalId: vpcId,
      attributes: {
        VpcId: vpcId,
        CidrBlock: vpc.cidrBlock,
        CidrBlockAssociations: [vpcId.replace(/^vpc-/, 'vpc-cidr-assoc-')],
        DefaultNetworkAcl: vpc.networkAclId,
        DefaultSecurityGroup: network.defaultGroupIdsOf(vpcId)[0],
        Ipv6CidrBlocks: [],
      },
    };
  },
  remove(network, vpcId) {
    refuseUsedVpc(network, vpcId);
    for (const groupId of network.defaultGroupIdsOf(vpcId)) network.securityGroups.delete(groupId);
    for (const { routeTableId, ...table } of network.routeTables.all()) if (table.vpcId === vpcId) network.routeTables.delete(routeTableId);
    network.vpcs.delete(vpcId);
  },
};

/** AWS::EC2::Subnet */
export const subnetType: Ec2Type = {
  fixed: ['VpcId', 'CidrBlock', 'AvailabilityZone'],
  hasHandler: true,
  put(network, request, subnetId = newId('subnet')) {
    const { VpcId, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch } = request.properties;
    const { vpcId, networkAclId } = network.vpcs.existing(String(VpcId));
    const subnet: Subnet = {
      subnetId,
      vpcId,
      cidrBlock: String(CidrBlock),
      availabilityZone: (AvailabilityZone as string | undefined) ?? `${request.stack.region}a`,
      mapPublicIpOnLaunch: String(MapPublicIpOnLaunch) === 'true',
      tags: tagsOf(request),
    };
    network.subnets.set(subnetId, subnet);
    return {
      physicalId: subnetId,
      attributes: {
        SubnetId: subnetId,
        VpcId: vpcId,
        CidrBlock: subnet.cidrBlock,
        AvailabilityZone: subnet.availabilityZone,
        Ipv6CidrBlocks: [],
        NetworkAclAssociationId: networkAclId.replace(/^acl-/, 'aclassoc-'),
      },
    };
  },
  remove(network, subnetId) {
    refuseUsedSubnet(network, subnetId);
    network.subnets.delete(subnetId);
  },
};

function furnish(network: Network, vpcId: string): void {
  const groupId = newId('sg');
  network.securityGroups.set(groupId, {
    groupId,
    groupName: 'default',
    description: 'default VPC security group',
    vpcId,
    tags: {},
    ingress: [{ ruleId: newId('sgr'), ipProtocol: '-1', groupId }],
    egress: [allTraffic()],
  });
  const routeTableId = newId('rtb');
  network.routeTables.set(routeTableId, {
    routeTableId,
    vpcId,
    isMain: true,
    tags: {},
    routes: new Map(),
    associations: new Map(),
  });
}
