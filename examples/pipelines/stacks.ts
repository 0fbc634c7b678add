import { type Environment, Stack, type StackProps, Stage, type StageProps } from 'aws-cdk-lib';
import { PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep } from 'aws-cdk-lib/pipelines';
import { FleetDisconnection, SourceServerSelection } from 'cdk-drs';
import type { Construct } from 'constructs';

/** What the pipeline deploys to an account. */
export class AccountStage extends Stage {
  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props);
    // With a name of its own: by default it would change with the stage's, and another name is another stack.
    const stack = new Stack(this, 'LandingZone', { stackName: 'DisasterRecoveryLandingZone' });
    new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ 'landing-zone': 'payments' }) });
  }
}

export interface PipelineStackProps extends StackProps {
  /** The repository with this app, such as `example-corp/disaster-recovery`, and the connection by which AWS reads it. */
  readonly repository: string;
  readonly connectionArn: string;
  /** The accounts that get a landing zone, in this order. */
  readonly accounts: readonly string[];
  /** The Region that they get it in. */
  readonly region: string;
}

/** A pipeline with a stage for each account. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, props: PipelineStackProps) {
    super(scope, id, props);
    const pipeline = new CodePipeline(this, 'Pipeline', {
      pipelineType: PipelineType.V2,
      crossAccountKeys: true,
      synth: new ShellStep('Synth', {
        input: CodePipelineSource.connection(props.repository, 'main', { connectionArn: props.connectionArn }),
        commands: ['npm ci', 'npx cdk synth'],
      }),
    });
    for (const account of props.accounts) {
      const env: Environment = { account, region: props.region };
      pipeline.addStage(new AccountStage(this, `Account${account}`, { env }), {
        // A change that removes the fleet disconnects it: somebody should have seen that.
        pre: [new ManualApprovalStep(`Approve${account}`)],
      });
    }
  }
}
