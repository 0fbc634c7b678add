import type { Filter, Instance, NetworkInterface, SecurityGroup } from '@aws-sdk/client-ec2';
import { type Message, say } from '../aws/message';

// How what DRS has made is known in EC2.

/** DRS tags what it makes; the value says nothing. */
const MANAGED_BY_DRS: Filter = { Name: 'tag-key', Values: ['AWSElasticDisasterRecoveryManaged'] };

/** A terminated instance holds nothing. */
const ALIVE: Filter = { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'] };

/** The two that DRS makes in a VPC and never deletes, as it names them. */
const DEFAULT_GROUPS = ['Replication', 'Conversion'].map((what) => `AWS Elastic Disaster Recovery default ${what} Server Security Group`);

/** Finds the machines of DRS that are in these subnets: replication servers, conversion servers, recovery instances. */
export function machineFilters(subnetIds: readonly string[]): Filter[] {
  return [...interfaceFilters(subnetIds), ALIVE];
}

/** Finds the network interfaces of DRS that are in these subnets. */
export function interfaceFilters(subnetIds: readonly string[]): Filter[] {
  return [{ Name: 'subnet-id', Values: [...subnetIds] }, MANAGED_BY_DRS];
}

/** What DRS has in the subnets. */
export interface Leftovers {
  readonly machines: readonly Instance[];
  /** Of the network interfaces those that are of none of these machines: a subnet can't be deleted before they are gone, either. */
  readonly interfaces: readonly NetworkInterface[];
}

export function leftoversOf(machines: readonly Instance[], interfaces: readonly NetworkInterface[]): Leftovers {
  const isOf = ({ Attachment }: NetworkInterface) => machines.some(({ InstanceId }) => InstanceId === Attachment?.InstanceId);
  return { machines, interfaces: interfaces.filter((one) => !isOf(one)) };
}

/** Finds what may be the security groups that DRS has made in the VPC by itself: `isDefaultGroup` says which are. */
export function groupFilters(vpcId: string): Filter[] {
  return [{ Name: 'vpc-id', Values: [vpcId] }, { Name: 'group-name', Values: DEFAULT_GROUPS }, MANAGED_BY_DRS];
}

/** A filter takes * and ? for wildcards; a name must be exactly the one. */
export function isDefaultGroup({ GroupName = '', VpcId }: SecurityGroup, vpcId: string): boolean {
  return DEFAULT_GROUPS.includes(GroupName) && VpcId === vpcId;
}

/** The machines that DRS makes for itself, by the names that it gives them. */
const KINDS: ReadonlyMap<string, string> = new Map(
  ['Replication', 'Conversion'].map((what) => [`AWS Elastic Disaster Recovery ${what} Server`, `${what.toLowerCase()} server`]),
);

/** Whether DRS takes the machine away by itself once nothing needs it any more. A recovery instance has the name that its owner gives it, so only the exact name counts. */
export function isTemporary(instance: Instance): boolean {
  return KINDS.has(nameOf(instance));
}

/** How messages name the machine. */
export function kindOf(instance: Instance): string {
  return KINDS.get(nameOf(instance)) ?? 'a recovery instance, or a machine of its kind';
}

/** How messages name the machine, and where it is. */
export function describeMachine(instance: Instance): Message {
  return say`${instance.InstanceId} (${kindOf(instance)}, ${instance.State?.Name} in ${instance.SubnetId})`;
}

export function describeInterface({ NetworkInterfaceId, Status, SubnetId }: NetworkInterface): Message {
  return say`${NetworkInterfaceId} (network interface, ${Status} in ${SubnetId})`;
}

function nameOf({ Tags = [] }: Instance): string {
  return Tags.find(({ Key }) => Key === 'Name')?.Value ?? '';
}
