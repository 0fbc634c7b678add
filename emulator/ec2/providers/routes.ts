import { newId } from '../network';
import { refuseUsedRouteTable } from '../refusals';
import { Ec2Type, tagsOf } from './provider';

/** AWS::EC2::RouteTable */
export const routeTableType: Ec2Type = {
  fixed: ['VpcId'],
  put(network, request, routeTableId = newId('rtb')) {
    const { vpcId } = network.vpcs.existing(String(request.properties.VpcId));
    const existing = network.routeTables.get(routeTableId) ?? { routes: new Map(), associations: new Map() };
    network.routeTables.set(routeTableId, { ...existing, routeTableId, vpcId, isMain: false, tags: tagsOf(request) });
    return { physicalId: routeTableId, attributes: { RouteTableId: routeTableId } };
  },
  remove(network, routeTableId) {
    refuseUsedRouteTable(network, routeTableId);
    network.routeTables.delete(routeTableId);
  },
};

/** AWS::EC2::SubnetRouteTableAssociation */
export const routeTableAssociationType: Ec2Type = {
  fixed: ['SubnetId', 'RouteTableId'],
  put(network, { properties }, associationId = newId('rtbassoc')) {
    const { subnetId } = network.subnets.existing(String(properties.SubnetId));
    network.routeTables.existing(String(properties.RouteTableId)).associations.set(associationId, subnetId);
    return { physicalId: associationId, attributes: { Id: associationId } };
  },
  remove(network, associationId, { RouteTableId }) {
    network.routeTables.get(String(RouteTableId))?.associations.delete(associationId);
  },
};

/** AWS::EC2::Route */
export const routeType: Ec2Type = {
  fixed: ['RouteTableId', 'DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'],
  put(network, { properties }) {
    const { routeTableId, routes } = network.routeTables.existing(String(properties.RouteTableId));
    const destination = destinationOf(properties);
    routes.set(destination, {
      gatewayId: properties.GatewayId as string | undefined,
      natGatewayId: properties.NatGatewayId as string | undefined,
    });
    return { physicalId: `${routeTableId}|${destination}`, attributes: { CidrBlock: destination } };
  },
  remove(network, _id, properties) {
    network.routeTables.get(String(properties.RouteTableId))?.routes.delete(destinationOf(properties));
  },
};

function destinationOf(properties: Record<string, unknown>): string {
  return String(properties.DestinationCidrBlock ?? properties.DestinationIpv6CidrBlock ?? properties.DestinationPrefixListId);
}
