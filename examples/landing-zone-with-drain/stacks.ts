import { Stack, type StackProps } from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { FleetDisconnection, SourceServerSelection, StagingAreaDrain } from 'cdk-drs';
import type { Construct } from 'constructs';

export interface LandingZoneStackProps extends StackProps {
  /** The value of the tag `landing-zone` by which the source servers belong to it. */
  readonly landingZone: string;
}

/** A network to replicate into, and what empties it before it is deleted. */
export class LandingZoneStack extends Stack {
  constructor(scope: Construct, id: string, props: LandingZoneStackProps) {
    super(scope, id, props);
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Staging', subnetType: SubnetType.PUBLIC }],
    });
    // Deleted in the opposite order: the fleet first, then the drain, which waits until DRS has left, and then the VPC.
    const stagingAreaDrain = new StagingAreaDrain(this, 'StagingAreaDrain', { vpc });
    new FleetDisconnection(this, 'Fleet', {
      selection: SourceServerSelection.withTags({ 'landing-zone': props.landingZone }),
      stagingAreaDrain,
    });
  }
}
