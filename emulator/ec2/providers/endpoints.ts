import { Network, newId } from '../network';
import { Ec2Type } from './provider';

/** AWS::EC2::VPCEndpoint: an interface endpoint has a network interface in each of its subnets. */
export const endpointType: Ec2Type = {
  fixed: ['ServiceName', 'VpcId', 'VpcEndpointType'],
  put(network, { properties, stack }, vpcEndpointId = newId('vpce')) {
    const { vpcId } = network.vpcs.existing(String(properties.VpcId));
    removeInterfaces(network, vpcEndpointId);
    const networkInterfaceIds = addInterfaces(network, vpcId, vpcEndpointId, properties);
    network.endpoints.set(vpcEndpointId, { vpcEndpointId, vpcId, networkInterfaceIds });
    const service = String(properties.ServiceName).split('.').pop();
    // Each bucket has a name of its own below that of an endpoint of S3.
    const dnsName = `${service === 's3' ? '*.' : ''}${vpcEndpointId}.${service}.${stack.region}.vpce.amazonaws.com`;
    const dnsEntry = `Z1HUB23UULQXV:${dnsName}`;
    return {
      physicalId: vpcEndpointId,
      attributes: {
        Id: vpcEndpointId,
        DnsEntries: networkInterfaceIds.length > 0 ? [dnsEntry] : [],
        NetworkInterfaceIds: networkInterfaceIds,
      },
    };
  },
  remove(network, vpcEndpointId) {
    removeInterfaces(network, vpcEndpointId);
    network.endpoints.delete(vpcEndpointId);
  },
};

function addInterfaces(network: Network, vpcId: string, vpcEndpointId: string, properties: Record<string, unknown>): string[] {
  const subnets = ((properties.SubnetIds ?? []) as readonly string[]).map((subnetId) => network.subnets.existing(subnetId));
  const groupIds = (properties.SecurityGroupIds as readonly string[] | undefined) ?? network.defaultGroupIdsOf(vpcId);
  const description = `VPC Endpoint Interface ${vpcEndpointId}`;
  return subnets.map(
    (subnet) => network.addInterface({ type: 'vpc_endpoint', groupIds, description, isPublic: false }, subnet).networkInterfaceId,
  );
}

function removeInterfaces(network: Network, vpcEndpointId: string): void {
  for (const id of network.endpoints.get(vpcEndpointId)?.networkInterfaceIds ?? []) network.interfaces.delete(id);
}
