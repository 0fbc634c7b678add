import { tagFilters } from '../filters';
import { RouteTable, Subnet, Tags, Vpc } from '../model';
import { Collection, collection } from '../network';
import { describe, set, tagSet } from './describe';

export const describeVpcs = describe<Vpc>({
  ids: 'VpcId',
  set: 'vpcSet',
  filters: {
    ...tagFilters,
    'vpc-id': ({ vpcId }) => vpcId,
    cidr: ({ cidrBlock }) => cidrBlock,
    state: () => 'available',
    'is-default': () => 'false',
    isDefault: () => 'false',
  },
  from: ({ network }) => network.vpcs,
  idOf: ({ vpcId }) => vpcId,
  show: ({ vpcId, cidrBlock, tags }, { accountId }) => ({
    vpcId,
    ownerId: accountId,
    state: 'available',
    cidrBlock,
    instanceTenancy: 'default',
    isDefault: false,
    tagSet: tagSet(tags),
  }),
});

export const describeSubnets = describe<Subnet>({
  ids: 'SubnetId',
  set: 'subnetSet',
  filters: {
    ...tagFilters,
    'subnet-id': ({ subnetId }) => subnetId,
    'vpc-id': ({ vpcId }) => vpcId,
    'availability-zone': ({ availabilityZone }) => availabilityZone,
    'cidr-block': ({ cidrBlock }) => cidrBlock,
    state: () => 'available',
  },
  from: ({ network }) => network.subnets,
  idOf: ({ subnetId }) => subnetId,
  show: ({ subnetId, vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags }, { accountId, arn }) => ({
    subnetId,
    subnetArn: arn(`subnet/${subnetId}`),
    ownerId: accountId,
    state: 'available',
    vpcId,
    cidrBlock,
    availabilityZone,
    defaultForAz: false,
    mapPublicIpOnLaunch,
    tagSet: tagSet(tags),
  }),
});

export const describeRouteTables = describe<RouteTable>({
  ids: 'RouteTableId',
  set: 'routeTableSet',
  filters: {
    ...tagFilters,
    'route-table-id': ({ routeTableId }) => routeTableId,
    'vpc-id': ({ vpcId }) => vpcId,
    'association.subnet-id': ({ associations }) => [...associations.values()],
    'association.main': ({ isMain }) => String(isMain),
  },
  from: ({ network }) => network.routeTables,
  idOf: ({ routeTableId }) => routeTableId,
  show: ({ routeTableId, vpcId, isMain, routes, associations, tags }, { accountId }) => ({
    routeTableId,
    vpcId,
    ownerId: accountId,
    routeSet: set([...routes].map(([destinationCidrBlock, target]) => ({ destinationCidrBlock, ...target, state: 'active' }))),
    associationSet: set([
      ...(isMain ? [{ routeTableId, main: true, associationState: { state: 'associated' } }] : []),
      ...[...associations].map(([routeTableAssociationId, subnetId]) => ({
        routeTableAssociationId,
        routeTableId,
        subnetId,
        main: false,
        associationState: { state: 'associated' },
      })),
    ]),
    tagSet: tagSet(tags),
  }),
});

/** There are none: whoever looks up a VPC asks all the same. */
export const describeVpnGateways = describe<{ readonly id: string; readonly tags: Tags }>({
  ids: 'VpnGatewayId',
  set: 'vpnGatewaySet',
  filters: { ...tagFilters, 'attachment.vpc-id': () => undefined, 'attachment.state': () => undefined, state: () => undefined },
  from: () => collection('InvalidVpnGatewayID.NotFound', 'vpnGateway ID'),
  idOf: ({ id }) => id,
  show: () => ({}),
});

export const describeAvailabilityZones = describe<string>({
  ids: 'ZoneName',
  set: 'availabilityZoneInfo',
  filters: { 'zone-name': (zone) => zone, 'region-name': (zone) => zone.slice(0, -1), state: () => 'available' },
  from: ({ region }) => zonesOf(region),
  idOf: (zone) => zone,
  show: (zoneName, { region }) => ({
    zoneName,
    zoneState: 'available',
    regionName: region,
    zoneType: 'availability-zone',
    optInStatus: 'opt-in-not-required',
  }),
});

/** Those of CloudFormation's Fn::GetAZs. */
function zonesOf(region: string): Collection<string> {
  const zones = collection<string>('InvalidParameterValue', 'availability zone');
  for (const letter of ['a', 'b', 'c']) zones.set(region + letter, region + letter);
  return zones;
}
