import { XmlContent } from '../../http/xml';
import { resourceTags } from '../authorization';
import { tagFilters } from '../filters';
import { settleInstances, terminateInstance } from '../instances';
import { Instance, NetworkInterface, Volume } from '../model';
import { Network } from '../network';
import { Operation } from '../operation';
import { describe, groupSet, set, tagSet } from './describe';

const stateCodes: Record<Instance['state'], number> = { running: 16, 'shutting-down': 32, terminated: 48 };

export const describeInstances = describe<Instance>({
  ids: 'InstanceId',
  set: 'reservationSet',
  filters: {
    ...tagFilters,
    'instance-id': ({ instanceId }) => instanceId,
    'instance-state-name': ({ state }) => state,
    'instance-state-code': ({ state }) => String(stateCodes[state]),
    'subnet-id': ({ subnetId }) => subnetId,
    'vpc-id': ({ vpcId }) => vpcId,
    'instance.group-id': ({ groupIds }) => groupIds,
    'network-interface.network-interface-id': (instance, network) =>
      interfacesOf(instance, network).map(({ networkInterfaceId }) => networkInterfaceId),
    'network-interface.subnet-id': (instance, network) => interfacesOf(instance, network).map(({ subnetId }) => subnetId),
    'network-interface.vpc-id': (instance, network) => interfacesOf(instance, network).map(({ vpcId }) => vpcId),
    'network-interface.group-id': (instance, network) => interfacesOf(instance, network).flatMap(({ groupIds }) => groupIds),
  },
  from: ({ network }) => network.instances,
  idOf: ({ instanceId }) => instanceId,
  show: (instance, { accountId, network }) => ({
    reservationId: instance.instanceId.replace(/^i-/, 'r-'),
    ownerId: accountId,
    groupSet: set([]),
    instancesSet: set([showInstance(instance, network)]),
  }),
});

export const describeVolumes = describe<Volume>({
  ids: 'VolumeId',
  set: 'volumeSet',
  filters: {
    ...tagFilters,
    'volume-id': ({ volumeId }) => volumeId,
    'attachment.instance-id': ({ instanceId }) => instanceId,
  },
  from: ({ network }) => network.volumes,
  idOf: ({ volumeId }) => volumeId,
  show: ({ volumeId, instanceId, tags }) => ({
    volumeId,
    status: 'in-use',
    attachmentSet: set([{ volumeId, instanceId, status: 'attached' }]),
    tagSet: tagSet(tags),
  }),
});

/** What an operator does to an instance that would stay for ever. */
export const terminateInstances: Operation = (query) => {
  query.required('InstanceId.1');
  const ids = query.list('InstanceId');
  return {
    authorize(call) {
      for (const id of ids) call.authorize(call.arn(`instance/${id}`), resourceTags(call.network.instances.get(id)?.tags));
    },
    run({ network, now }) {
      const instances = ids.map((id) => network.instances.existing(id));
      const before = instances.map(({ state }) => state);
      for (const instance of instances) terminateInstance(instance, now);
      settleInstances(network, now);
      const changes = instances.map(({ instanceId, state }, index) => ({
        instanceId,
        currentState: showState(state),
        previousState: showState(before[index] ?? state),
      }));
      return { instancesSet: set(changes) };
    },
  };
};

function showInstance(instance: Instance, network: Network): XmlContent {
  const { instanceId, state, launchedAt, subnetId, vpcId, groupIds, tags } = instance;
  const interfaces = interfacesOf(instance, network);
  const [primary] = interfaces;
  return {
    instanceId,
    instanceState: showState(state),
    launchTime: new Date(launchedAt).toISOString(),
    placement: { availabilityZone: primary?.availabilityZone },
    subnetId,
    vpcId,
    groupSet: groupSet(groupIds, network),
    networkInterfaceSet: set(
      interfaces.map(({ networkInterfaceId, ...each }) => ({
        networkInterfaceId,
        subnetId: each.subnetId,
        vpcId: each.vpcId,
        status: 'in-use',
        groupSet: groupSet(each.groupIds, network),
      })),
    ),
    tagSet: tagSet(tags),
  };
}

function showState(state: Instance['state']): XmlContent {
  return { code: stateCodes[state], name: state };
}

function interfacesOf({ instanceId }: Instance, network: Network): NetworkInterface[] {
  return network.interfaces.all().filter((each) => each.instanceId === instanceId);
}
