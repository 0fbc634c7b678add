import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SourceServer, SourceServerDisconnection } from 'cdk-drs';
import type { Construct } from 'constructs';

export interface SingleServerStackProps extends StackProps {
  /** A source server of the account and the Region that the stack is deployed to. */
  readonly sourceServerId: string;
}

/** Disconnects one source server when it is deleted. */
export class SingleServerStack extends Stack {
  constructor(scope: Construct, id: string, props: SingleServerStackProps) {
    super(scope, id, props);
    const disconnection = new SourceServerDisconnection(this, 'AppServer', {
      sourceServer: SourceServer.fromSourceServerId(this, 'SourceServer', props.sourceServerId),
    });
    // As of the last deployment: that it was the right server is worth a look.
    new CfnOutput(this, 'Hostname', { value: disconnection.sourceServerHostname });
    new CfnOutput(this, 'DataReplicationState', { value: disconnection.dataReplicationState });
  }
}
