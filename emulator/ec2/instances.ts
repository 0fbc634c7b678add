import { Instance, NetworkInterface, Tags } from './model';
import { Network, newId } from './network';

/** How long an instance takes to shut down. */
const shutdownTime = 60_000;
/** How long a terminated instance is still shown. */
const shownTerminated = 60 * 60_000;

export interface Launch {
  readonly instanceId?: string;
  /** One that isn't known here is somebody else's: nothing of the instance is in a VPC of ours. */
  readonly subnetId?: string;
  readonly groupIds?: readonly string[];
  readonly volumeIds?: readonly string[];
  readonly tags: Tags;
  readonly networkInterface?: Pick<NetworkInterface, 'tags' | 'outlasts'>;
}

export function launchInstance(network: Network, launch: Launch, now: number): Instance {
  const { instanceId = newId('i'), subnetId, volumeIds = [newId('vol')], tags } = launch;
  const subnet = subnetId === undefined ? undefined : network.subnets.get(subnetId);
  const groupIds = launch.groupIds ?? (subnet ? network.defaultGroupIdsOf(subnet.vpcId) : []);
  const instance: Instance = {
    instanceId,
    launchedAt: now,
    tags,
    state: 'running',
    shutsDownAt: Infinity,
    terminatedAt: Infinity,
    subnetId,
    vpcId: subnet?.vpcId,
    groupIds,
  };
  if (subnet) {
    const isPublic = subnet.mapPublicIpOnLaunch;
    network.addInterface({ type: 'interface', groupIds, description: '', isPublic, instanceId, ...launch.networkInterface }, subnet);
  }
  network.instances.set(instanceId, instance);
  for (const volumeId of volumeIds) network.volumes.set(volumeId, { volumeId, instanceId, tags });
  return instance;
}

/** From now on, unless told when it is to be terminated. */
export function terminateInstance(instance: Instance, now: number, terminatedAt = now + shutdownTime): void {
  if (instance.state !== 'running') return;
  instance.shutsDownAt = Math.max(now, terminatedAt - shutdownTime);
  instance.terminatedAt = terminatedAt;
}

/** Takes back a termination that has not begun. */
export function keepInstance(instance: Instance): void {
  instance.shutsDownAt = Infinity;
  instance.terminatedAt = Infinity;
}

/** Brings the instances to where they are now. A terminated one is shown for a while, and holds nothing but what outlasts it. */
export function settleInstances(network: Network, now: number): void {
  for (const { networkInterfaceId, goesAt = Infinity } of network.interfaces.all()) {
    if (now >= goesAt) network.interfaces.delete(networkInterfaceId);
  }
  for (const instance of network.instances.all()) {
    if (now >= instance.shutsDownAt) instance.state = 'shutting-down';
    if (now >= instance.terminatedAt) release(network, instance);
    if (now >= instance.terminatedAt + shownTerminated) network.instances.delete(instance.instanceId);
  }
}

function release(network: Network, instance: Instance): void {
  const { instanceId, terminatedAt } = instance;
  instance.state = 'terminated';
  instance.subnetId = undefined;
  instance.vpcId = undefined;
  instance.groupIds = [];
  for (const each of network.interfaces.all().filter((one) => one.instanceId === instanceId)) {
    const { networkInterfaceId, outlasts = 0 } = each;
    if (outlasts === 0) network.interfaces.delete(networkInterfaceId);
    else network.interfaces.set(networkInterfaceId, { ...each, instanceId: undefined, goesAt: terminatedAt + outlasts });
  }
  for (const each of network.volumes.all()) if (each.instanceId === instanceId) network.volumes.delete(each.volumeId);
}
