import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { OrganizationPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import { FleetDisconnection, SourceServerSelection } from 'cdk-drs';
import { Capability, DeploymentType, StackSet, StackSetStack, StackSetTarget, StackSetTemplate } from 'cdk-stacksets';
import type { Construct } from 'constructs';

export interface RollOutStackProps extends StackProps {
  /** The organization, such as `o-a1b2c3d4e5`: its accounts may read the code of the function. */
  readonly organizationId: string;
  /** The organizational unit whose accounts get a landing zone, such as `ou-ab12-cdef3456`. */
  readonly organizationalUnitId: string;
  /** The name of the bucket with the code is this, and the Region's. */
  readonly assetBucketPrefix: string;
}

/** Deployed to the account that administers StackSets; CloudFormation takes it from there to all accounts of the organizational unit. */
export class RollOutStack extends Stack {
  constructor(scope: Construct, id: string, props: RollOutStackProps) {
    super(scope, id, props);
    const assets = this.addAssetBucket(props);

    // The template that every account gets. It is no stack of this app: `cdk list` doesn't show it.
    const landingZone = new StackSetStack(this, 'LandingZone', { assetBuckets: [assets], assetBucketPrefix: props.assetBucketPrefix });
    new FleetDisconnection(landingZone, 'Fleet', { selection: SourceServerSelection.withTags({ 'landing-zone': 'payments' }) });

    const stackSet = new StackSet(this, 'StackSet', {
      // A name for good: another one is another stack set, and CloudFormation deletes the old one with all of its stacks.
      stackSetName: 'DisasterRecoveryLandingZone',
      template: StackSetTemplate.fromStackSetStack(landingZone),
      target: StackSetTarget.fromOrganizationalUnits({
        regions: [this.region],
        organizationalUnits: [props.organizationalUnitId],
      }),
      deploymentType: DeploymentType.serviceManaged({
        autoDeployEnabled: true,
        // An account that is moved to another organizational unit keeps its stack, and its servers go on replicating.
        autoDeployRetainStacks: true,
      }),
      // One account that can't be torn down must not keep the others from it.
      operationPreferences: { maxConcurrentPercentage: 100, failureTolerancePercentage: 100 },
      capabilities: [Capability.IAM],
    });
    // With its policy: accounts read it as soon as the stack set is made.
    stackSet.node.addDependency(assets);
  }

  /** CloudFormation fetches a function's code in the account that it is deployed to, which can't read the bucket of the CDK's bootstrap. */
  private addAssetBucket({ assetBucketPrefix, organizationId }: RollOutStackProps): Bucket {
    const bucket = new Bucket(this, 'Assets', {
      bucketName: `${assetBucketPrefix}-${this.region}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    bucket.addToResourcePolicy(
      new PolicyStatement({
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects('*')],
        principals: [new OrganizationPrincipal(organizationId)],
      }),
    );
    return bucket;
  }
}
