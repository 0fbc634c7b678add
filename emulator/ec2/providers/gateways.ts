import { newId } from '../network';
import { refuseAttachedGateway, refuseMappedAddresses } from '../refusals';
import { Ec2Type, tagsOf } from './provider';

/** AWS::EC2::InternetGateway */
export const internetGatewayType: Ec2Type = {
  fixed: [],
  put(network, request, internetGatewayId = newId('igw')) {
    const { vpcId } = network.internetGateways.get(internetGatewayId) ?? {};
    network.internetGateways.set(internetGatewayId, { internetGatewayId, vpcId, tags: tagsOf(request) });
    return { physicalId: internetGatewayId, attributes: { InternetGatewayId: internetGatewayId } };
  },
  remove(network, internetGatewayId) {
    refuseAttachedGateway(network, internetGatewayId);
    network.internetGateways.delete(internetGatewayId);
  },
};

/** AWS::EC2::VPCGatewayAttachment, of internet gateways */
export const gatewayAttachmentType: Ec2Type = {
  fixed: ['VpcId', 'InternetGatewayId'],
  put(network, { properties }) {
    const { vpcId } = network.vpcs.existing(String(properties.VpcId));
    network.internetGateways.existing(String(properties.InternetGatewayId)).vpcId = vpcId;
    return { physicalId: `IGW|${vpcId}`, attributes: { AttachmentType: 'IGW' } };
  },
  remove(network, _id, { VpcId, InternetGatewayId }) {
    const gateway = network.internetGateways.get(String(InternetGatewayId));
    if (!gateway || gateway.vpcId !== VpcId) return;
    refuseMappedAddresses(network, String(VpcId));
    gateway.vpcId = undefined;
  },
};

/** AWS::EC2::NatGateway */
export const natGatewayType: Ec2Type = {
  fixed: ['SubnetId', 'AllocationId', 'ConnectivityType'],
  put(network, { properties }, natGatewayId = newId('nat')) {
    const subnet = network.subnets.existing(String(properties.SubnetId));
    const existing = network.natGateways.get(natGatewayId);
    const networkInterfaceId =
      existing?.networkInterfaceId ??
      network.addInterface(
        {
          type: 'nat_gateway',
          groupIds: [],
          description: `Interface for NAT Gateway ${natGatewayId}`,
          isPublic: properties.AllocationId !== undefined,
        },
        subnet,
      ).networkInterfaceId;
    network.natGateways.set(natGatewayId, { natGatewayId, networkInterfaceId });
    return { physicalId: natGatewayId, attributes: { NatGatewayId: natGatewayId, EniId: networkInterfaceId } };
  },
  remove(network, natGatewayId) {
    const { networkInterfaceId = '' } = network.natGateways.get(natGatewayId) ?? {};
    network.interfaces.delete(networkInterfaceId);
    network.natGateways.delete(natGatewayId);
  },
};
