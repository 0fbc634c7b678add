import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { FleetDisconnection, SourceServerSelection } from 'cdk-drs';
import type { Construct } from 'constructs';

export interface FleetStackProps extends StackProps {
  /** The value of the tag `landing-zone` by which the source servers belong to it. */
  readonly landingZone: string;
}

/** Disconnects, when it is deleted, the source servers that carry its tag by then. */
export class FleetStack extends Stack {
  constructor(scope: Construct, id: string, props: FleetStackProps) {
    super(scope, id, props);
    const fleet = new FleetDisconnection(this, 'Fleet', {
      selection: SourceServerSelection.withTags({ 'landing-zone': props.landingZone }),
    });
    // As of the last deployment; what counts is who matches when the stack is deleted.
    new CfnOutput(this, 'MatchingSourceServers', { value: fleet.matchingSourceServerCount });
  }
}
