import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SourceServer, SourceServerDisconnection } from 'cdk-drs';
import type { Construct } from 'constructs';

/** What becomes of the server when its declaration goes, in the stack that it leaves and in the one that it moves to; undefined where it isn't declared. */
export interface Step {
  readonly from?: RemovalPolicy;
  readonly to?: RemovalPolicy;
}

/** One deployment of both stacks after the other. The first one is how it was. */
export const STEPS: readonly Step[] = [
  { from: RemovalPolicy.DESTROY },
  { from: RemovalPolicy.RETAIN },
  { from: RemovalPolicy.RETAIN, to: RemovalPolicy.DESTROY },
  { to: RemovalPolicy.DESTROY },
];

export interface ServersStackProps extends StackProps {
  readonly sourceServerId: string;
  /** Undefined if the stack doesn't declare the server. */
  readonly removalPolicy?: RemovalPolicy;
}

/** A stack that may declare a source server, and has other things to do. */
export class ServersStack extends Stack {
  constructor(scope: Construct, id: string, { sourceServerId, removalPolicy, ...props }: ServersStackProps) {
    super(scope, id, props);
    new Topic(this, 'Alarms');
    if (removalPolicy) {
      const sourceServer = SourceServer.fromSourceServerId(this, 'SourceServer', sourceServerId);
      new SourceServerDisconnection(this, 'AppServer', { sourceServer, removalPolicy });
    }
  }
}
