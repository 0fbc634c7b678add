import { Stack } from 'aws-cdk-lib';
import { CfnLaunchConfigurationTemplate, CfnReplicationConfigurationTemplate } from 'aws-cdk-lib/aws-drs';
import { Construct } from 'constructs';
import type { StagingArea } from './staging-area';

/** The rules that DRS wants, and takes no others: only how many days the last one keeps snapshots is free. */
const POINTS_IN_TIME = [
  { ruleId: 1, units: 'MINUTE', interval: 10, retentionDuration: 60, enabled: true },
  { ruleId: 2, units: 'HOUR', interval: 1, retentionDuration: 24, enabled: true },
  { ruleId: 3, units: 'DAY', interval: 1, retentionDuration: 7, enabled: true },
];

/**
 * What DRS does with servers whose agents are installed from now on. It has one of each template in an account and Region.
 *
 * @see https://docs.aws.amazon.com/drs/latest/APIReference/API_CreateReplicationConfigurationTemplate.html
 */
export class DefaultSettings extends Construct {
  constructor(scope: Construct, id: string, { stagingArea }: { readonly stagingArea: StagingArea }) {
    super(scope, id);
    new CfnReplicationConfigurationTemplate(this, 'Replication', {
      stagingAreaSubnetId: stagingArea.vpc.isolatedSubnets[0].subnetId,
      stagingAreaTags: { 'landing-zone': Stack.of(this).stackName },
      associateDefaultSecurityGroup: false,
      replicationServersSecurityGroupsIDs: [stagingArea.replicationServers.securityGroupId],
      dataPlaneRouting: 'PRIVATE_IP',
      createPublicIp: false,
      replicationServerInstanceType: 't3.small',
      useDedicatedReplicationServer: false,
      defaultLargeStagingDiskType: 'AUTO',
      ebsEncryption: 'DEFAULT',
      bandwidthThrottling: 0,
      autoReplicateNewDisks: true,
      pitPolicy: POINTS_IN_TIME,
    });
    new CfnLaunchConfigurationTemplate(this, 'Launch', {
      launchDisposition: 'STARTED',
      targetInstanceTypeRightSizingMethod: 'BASIC',
      copyTags: true,
      copyPrivateIp: false,
    });
  }
}
