import { tagFilters } from '../filters';
import { NetworkInterface } from '../model';
import { resourceTags } from '../authorization';
import { ec2Error } from '../errors';
import { Operation } from '../operation';
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
    requesterManaged: type !== 'interface',
    status: isFree({ type, instanceId }) ? 'available' : 'in-use',
    groupSet: groupSet(groupIds, call.network),
    attachment: isFree({ type, instanceId }) ? undefined : { instanceId, status: 'attached' },
    tagSet: tagSet(tags),
  }),
});

/** What an operator does to an interface that would stay for ever. */
export const deleteNetworkInterface: Operation = (query) => {
  const id = query.required('NetworkInterfaceId');
  return {
    authorize: (call) => call.authorize(call.arn(`network-interface/${id}`), resourceTags(call.network.interfaces.get(id)?.tags)),
    run({ network }) {
      if (!isFree(network.interfaces.existing(id))) {
        throw ec2Error('InvalidParameterValue', `Network interface '${id}' is currently in use.`);
      }
      network.interfaces.delete(id);
      return { return: true };
    },
  };
};

/** NAT gateways and endpoints hold theirs themselves. */
function isFree({ type, instanceId }: Pick<NetworkInterface, 'type' | 'instanceId'>): boolean {
  return type === 'interface' && instanceId === undefined;
}
