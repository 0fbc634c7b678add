import { Stack, type StackProps } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { FleetDisconnection, SourceServerSelection, StagingAreaDrain } from 'cdk-drs';
import type { Construct } from 'constructs';

/** The same landing zone, which takes DRS down with it. */
export class LandingZoneStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Staging', subnetType: SubnetType.PUBLIC }],
    });
    const replicationServers = new SecurityGroup(this, 'ReplicationServers', { vpc });

    // This is new. The group is declared beside the VPC, and must not go before DRS has left, either.
    const stagingAreaDrain = new StagingAreaDrain(this, 'StagingAreaDrain', { vpc, dependencies: [replicationServers] });
    new FleetDisconnection(this, 'Fleet', {
      selection: SourceServerSelection.withTags({ 'landing-zone': 'payments' }),
      stagingAreaDrain,
    });
  }
}
