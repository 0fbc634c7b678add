import type { Instance, NetworkInterface } from '../../../emulator/ec2/model';
import type { Network } from '../../../emulator/ec2/network';
import { otherArea, stagingArea } from './fixtures';

const MANAGED = { AWSElasticDisasterRecoveryManaged: 'drs.amazonaws.com' };
const GROUP = 'AWS Elastic Disaster Recovery default Replication Server Security Group';

/** Two VPCs with a subnet each, before anything replicates into them; and a group in the first that DRS's own is easily confused with. */
export function addStagingAreas(network: Network) {
  for (const { vpcId, subnetId } of [stagingArea, otherArea]) {
    network.vpcs.set(vpcId, { vpcId, cidrBlock: '10.0.0.0/16', networkAclId: 'acl-1', tags: {} });
    const more = { cidrBlock: '10.0.1.0/24', availabilityZone: 'a', mapPublicIpOnLaunch: true, tags: {} };
    network.subnets.set(subnetId, { subnetId, vpcId, ...more });
  }
  const [groupId, groupName] = ['sg-1', `${GROUP} of mine`];
  const more = { description: groupName, ingress: [], egress: [] };
  network.securityGroups.set(groupId, { groupId, groupName, vpcId: stagingArea.vpcId, tags: MANAGED, ...more });
}

/** The machines of DRS that are in the subnets of a drain. */
export function machinesIn(network: Network, subnetIds: readonly string[]): Instance[] {
  return network.instances.all().filter(({ subnetId, state }) => subnetIds.includes(subnetId ?? '') && state !== 'terminated');
}

/** The network interfaces of DRS that are in the subnets of a drain. */
export function interfacesIn(network: Network, subnetIds: readonly string[]): NetworkInterface[] {
  return network.interfaces.all().filter(({ subnetId, tags }) => subnetIds.includes(subnetId) && Object.keys(MANAGED)[0] in tags);
}

/** The IDs of the two groups that DRS has made in the staging area, as long as they are there; or of all others. */
export function groupsOf(network: Network, whose: 'DRS, in the staging area' | 'others'): string[] {
  const isOfDrs = ({ vpcId, groupName }: { vpcId: string; groupName: string }) =>
    vpcId === stagingArea.vpcId && / default (Replication|Conversion) Server Security Group$/.test(groupName);
  return network.securityGroups
    .all()
    .filter((group) => isOfDrs(group) === (whose !== 'others'))
    .map(({ groupId }) => groupId);
}
