import { tagFilters } from '../filters';
import { NetworkInterface } from '../model';
import { describe, groupSet, tagSet } from './describe';

export const describeNetworkInterfaces = describe<NetworkInterface>({
  ids: 'NetworkInterfaceId',
  set: 'networkInterfaceSet',
  filters: {
    ...tagFilters,
    'network-interface-id': ({ networkInterfaceId }) => networkInterfaceId,
    'subnet-id': ({ subnetId }) => subnetId,
    'vpc-id': ({ vpcId }) => vpcId,
    'group-id': ({ groupIds }) => groupIds,
    'availability-zone': ({ availabilityZone }) => availabilityZone,
    'interface-type': ({ type }) => type,
    'attachment.instance-id': ({ instanceId }) => instanceId,
    description: ({ description }) => description,
  },
  from: ({ network }) => network.interfaces,
  idOf: ({ networkInterfaceId }) => networkInterfaceId,
  show: ({ networkInterfaceId, type, subnetId, vpcId, availabilityZone, groupIds, description, instanceId, tags }, call) => ({
    networkInterfaceId,
    interfaceType: type,
    subnetId,
    vpcId,
    availabilityZone,
    description,
    ownerId: call.accountId,
    requesterManaged: instanceId === undefined,
    status: 'in-use',
    groupSet: groupSet(groupIds, call.network),
    attachment: { instanceId, status: 'attached' },
    tagSet: tagSet(tags),
  }),
});
