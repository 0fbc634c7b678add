import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CODE } from './default-settings-code';
import type { StagingArea } from './staging-area';

/** The rules that DRS wants, and takes no others: only how many days the last one keeps snapshots is free. */
const POINTS_IN_TIME = [
  { ruleID: 1, units: 'MINUTE', interval: 10, retentionDuration: 60, enabled: true },
  { ruleID: 2, units: 'HOUR', interval: 1, retentionDuration: 24, enabled: true },
  { ruleID: 3, units: 'DAY', interval: 1, retentionDuration: 7, enabled: true },
];

/**
 * What DRS does with servers whose agents are installed from now on. It has one of each template in an account and Region.
 *
 * DRS may refuse to delete a template as long as it knows any server or job, and an account has no room for a second one. So no deletion waits for them:
 * they stay behind, and the next deployment takes them over.
 *
 * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_CreateReplicationConfigurationTemplate.html
 */
export class DefaultSettings extends Construct {
  constructor(scope: Construct, id: string, { stagingArea }: { readonly stagingArea: StagingArea }) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const { functionArn: serviceToken } = new Function(this, 'Function', {
      description: "Makes DRS's default settings, or takes over those whose staging subnet is gone",
      runtime: new Runtime('nodejs24.x', RuntimeFamily.NODEJS, { supportsInlineCode: true }),
      handler: 'index.handler',
      code: Code.fromInline(CODE),
      timeout: Duration.minutes(10),
      role,
      logGroup,
    });
    const replication = {
      stagingAreaSubnetId: stagingArea.vpc.isolatedSubnets[0].subnetId,
      stagingAreaTags: { 'landing-zone': Stack.of(this).stackName },
      associateDefaultSecurityGroup: false,
      replicationServersSecurityGroupsIDs: [stagingArea.replicationServers.securityGroupId],
      dataPlaneRouting: 'PRIVATE_IP',
      createPublicIP: false,
      replicationServerInstanceType: 't3.small',
      useDedicatedReplicationServer: false,
      defaultLargeStagingDiskType: 'AUTO',
      ebsEncryption: 'DEFAULT',
      bandwidthThrottling: 0,
      autoReplicateNewDisks: true,
      pitPolicy: POINTS_IN_TIME,
    };
    const launch = {
      launchDisposition: 'STARTED',
      targetInstanceTypeRightSizingMethod: 'BASIC',
      copyTags: true,
      copyPrivateIp: false,
    };
    new CustomResource(this, 'Settings', {
      resourceType: 'Custom::DRSDefaultSettings',
      serviceToken,
      serviceTimeout: Duration.minutes(15),
      removalPolicy: RemovalPolicy.RETAIN,
      // As JSON: CloudFormation makes a text of every number.
      properties: { Replication: Stack.of(this).toJsonString(replication), Launch: JSON.stringify(launch) },
    }).node.addDependency(this.grant(role, logGroup));
  }

  /** The actions on templates know no resource before there is one. DRS looks at the network and the keys of its caller. */
  private grant(role: Role, { logGroupArn }: LogGroup): Policy {
    const ofTemplates = ['Describe*s', 'Create*', 'Update*'].flatMap((action) =>
      ['ReplicationConfigurationTemplate', 'LaunchConfigurationTemplate'].map((what) => `drs:${action.replace('*', what)}`),
    );
    const looks = ['ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups', 'ec2:GetEbsDefaultKmsKeyId', 'ec2:GetEbsEncryptionByDefault'];
    return new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] }),
        new PolicyStatement({ actions: [...ofTemplates, ...looks], resources: ['*'] }),
      ],
    });
  }
}
