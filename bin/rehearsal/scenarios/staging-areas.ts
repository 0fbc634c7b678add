import { match, strictEqual } from 'node:assert';
import { Duration, type Stack } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { FleetDisconnection, SourceServerSelection, StagingAreaDrain } from '../../../lib';
import type { Stage } from '../stage';
import type { Scenario } from './scenario';
import { APP, DATABASE, type Declare, STANDBY } from './stacks';

// The whole landing zone goes: DRS must have left the VPC before that can be deleted.

const TAGS = { 'landing-zone': 'payments' };
const THREE = { [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED', [STANDBY]: 'DISCONNECTED' };

/** A VPC with staging subnets, and a fleet that replicates into them. */
export const landingZone =
  ({ drained, timeout }: { drained: boolean; timeout?: Duration }): Declare =>
  (stack: Stack) => {
    const vpc = new Vpc(stack, 'Vpc', {
      availabilityZones: [`${stack.region}a`, `${stack.region}b`],
      natGateways: 0,
      subnetConfiguration: [{ name: 'Staging', subnetType: SubnetType.PUBLIC, cidrMask: 24 }],
      restrictDefaultSecurityGroup: false,
    });
    const stagingAreaDrain = drained ? new StagingAreaDrain(stack, 'StagingAreaDrain', { vpc, timeout }) : undefined;
    new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags(TAGS), stagingAreaDrain });
  };

/** Three servers, which replicate into the first subnet and share a replication server there. */
export function installAgents(stage: Stage) {
  const stagingSubnetId = stage.aws.ec2.network().subnets.all()[0].subnetId;
  const hostnames = { [APP]: 'app-01', [DATABASE]: 'database-01', [STANDBY]: 'standby-01' };
  stage.seed(...Object.entries(hostnames).map(([sourceServerID, hostname]) => ({ sourceServerID, hostname, tags: TAGS, stagingSubnetId })));
  stage.timeline.say(
    `Agents are installed on three servers. DRS starts a replication server in ${stagingSubnetId}, and makes two security groups in the VPC.`,
  );
}

const vpcs = (stage: Stage) => stage.aws.ec2.network().vpcs.all().length;

export const landingZoneGoes: Scenario = {
  name: 'landing-zone',
  summary: 'the whole landing zone is deleted: servers are disconnected, DRS leaves the subnets, its security groups go, and then the VPC',
  settings: { speed: 120 },
  async play(stage) {
    await stage.deploy(landingZone({ drained: true }));
    installAgents(stage);
    await stage.show('Deployed: every server replicates');
    await stage.destroy();
    await stage.show('Deleted');
    await stage.expectStates(THREE);
    strictEqual(vpcs(stage), 0);
  },
};

export const stuckStagingArea: Scenario = {
  name: 'stuck-staging-area',
  summary: 'a replication server never leaves: the deletion fails and says which; once it is gone, deleting again succeeds',
  settings: { speed: 120, replicationServerLingers: Infinity },
  async play(stage) {
    await stage.deploy(landingZone({ drained: true, timeout: Duration.minutes(20) }));
    installAgents(stage);
    await stage.destroy('DELETE_FAILED');
    const reason = stage.reason();
    match(reason, /Machines of DRS are still in the staging area of vpc-\w+.*i-\w+ \(replication server, running in subnet-\w+\)/);
    await stage.expectStates(THREE);
    stage.timeline.say('Somebody terminates it by hand.');
    const [{ instanceId }] = stage.aws.drs.replicationServers();
    await stage.operator.terminateInstance(instanceId);
    await stage.destroy();
    strictEqual(vpcs(stage), 0);
  },
};

export const withoutDrain: Scenario = {
  name: 'without-drain',
  summary: 'the same landing zone without the drain: the servers are disconnected, but the VPC can not be deleted',
  settings: { speed: 300 },
  async play(stage) {
    await stage.deploy(landingZone({ drained: false }));
    installAgents(stage);
    await stage.destroy('DELETE_FAILED');
    await stage.expectStates(THREE);
    strictEqual(vpcs(stage), 1);
  },
};
