import { dependencyViolation, ec2Error } from './errors';
import { SecurityGroup } from './model';
import { Network } from './network';

export function refuseUsedVpc(network: Network, vpcId: string): void {
  const things: readonly { readonly vpcId?: string }[] = [
    ...network.subnets.values(),
    ...network.securityGroups.all().filter(({ groupName }) => groupName !== 'default'),
    ...network.routeTables.all().filter(({ isMain }) => !isMain),
    ...network.internetGateways.values(),
    ...network.endpoints.values(),
  ];
  if (things.some((thing) => thing.vpcId === vpcId)) throw inTheWay('vpc', vpcId);
}

/** Instances, NAT gateways and endpoints are there with their network interfaces. */
export function refuseUsedSubnet(network: Network, subnetId: string): void {
  if (network.interfaces.all().some((each) => each.subnetId === subnetId)) throw inTheWay('subnet', subnetId);
}

export function refuseUsedGroup(network: Network, { groupId, groupName }: SecurityGroup): void {
  if (groupName === 'default') {
    throw ec2Error('CannotDelete', `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  }
  const isReferred = network.securityGroups
    .all()
    .filter((other) => other.groupId !== groupId)
    .some(({ ingress, egress }) => [...ingress, ...egress].some((rule) => rule.groupId === groupId));
  const isUsed = network.interfaces.all().some(({ groupIds }) => groupIds.includes(groupId));
  if (isReferred || isUsed) throw dependencyViolation(`resource ${groupId} has a dependent object`);
}

export function refuseUsedRouteTable(network: Network, routeTableId: string): void {
  if (network.routeTables.get(routeTableId)?.associations.size) throw inTheWay('routeTable', routeTableId);
}

export function refuseAttachedGateway(network: Network, internetGatewayId: string): void {
  if (network.internetGateways.get(internetGatewayId)?.vpcId) throw inTheWay('internetGateway', internetGatewayId);
}

/** An internet gateway can't be detached while an interface in the VPC has a public address. */
export function refuseMappedAddresses(network: Network, vpcId: string): void {
  if (!network.interfaces.all().some((each) => each.vpcId === vpcId && each.isPublic)) return;
  throw dependencyViolation(
    `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
  );
}

function inTheWay(kind: string, id: string) {
  return dependencyViolation(`The ${kind} '${id}' has dependencies and cannot be deleted.`);
}
