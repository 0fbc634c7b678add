import { launchInstance } from '../ec2/instances';
import { Instance, SecurityGroupRule } from '../ec2/model';
import { Network, newId } from '../ec2/network';
import { KnownRecoveryInstance } from './model';

/** By its key, DRS's own know what is theirs to terminate. */
const managedByDrs = { AWSElasticDisasterRecoveryManaged: 'drs.amazonaws.com' };
const replicationServerName = 'AWS Elastic Disaster Recovery Replication Server';
const replicationGroupName = 'AWS Elastic Disaster Recovery default Replication Server Security Group';
const conversionGroupName = 'AWS Elastic Disaster Recovery default Conversion Server Security Group';

/** The machine that source servers of a staging subnet replicate to. */
export function launchReplicationServer(
  network: Network,
  {
    subnetId,
    groupIds,
    interfaceOutlasts,
  }: { readonly subnetId: string; readonly groupIds: readonly string[]; readonly interfaceOutlasts: number },
  now: number,
): Instance {
  const vpcId = network.subnets.get(subnetId)?.vpcId;
  const ownGroupIds = vpcId === undefined ? [] : [defaultGroup(network, vpcId, replicationGroupName, [replicationTraffic()])];
  if (vpcId !== undefined) defaultGroup(network, vpcId, conversionGroupName, []);
  const tags = { Name: replicationServerName, ...managedByDrs };
  const networkInterface = { tags: managedByDrs, outlasts: interfaceOutlasts };
  return launchInstance(network, { subnetId, groupIds: [...ownGroupIds, ...groupIds], tags, networkInterface }, now);
}

/** The machine of a drill or a recovery. Nothing but its name tells it from a replication server. */
export function launchRecoveryMachine(instance: KnownRecoveryInstance, subnetId: string | undefined, network: Network, now: number): void {
  const { identificationHints, disks = [] } = instance.recoveryInstanceProperties ?? {};
  const volumeIds = disks.flatMap(({ ebsVolumeID }) => ebsVolumeID ?? []);
  const tags = { Name: identificationHints?.hostname ?? instance.ec2InstanceID, ...managedByDrs };
  launchInstance(network, { instanceId: instance.ec2InstanceID, subnetId, volumeIds, tags, networkInterface: { tags: managedByDrs } }, now);
}

/** One of the two groups that DRS makes in a VPC with its first replication server there, and never deletes. */
function defaultGroup(network: Network, vpcId: string, groupName: string, ingress: readonly SecurityGroupRule[]): string {
  const existing = network.securityGroups.all().find((group) => group.vpcId === vpcId && group.groupName === groupName);
  if (existing) return existing.groupId;
  const groupId = newId('sg');
  const egress = [{ ruleId: newId('sgr'), ipProtocol: '-1', cidrIp: '0.0.0.0/0' }];
  network.securityGroups.set(groupId, { groupId, groupName, description: groupName, vpcId, tags: managedByDrs, ingress, egress });
  return groupId;
}

function replicationTraffic(): SecurityGroupRule {
  return { ruleId: newId('sgr'), ipProtocol: 'tcp', fromPort: 1500, toPort: 1500, cidrIp: '0.0.0.0/0' };
}
