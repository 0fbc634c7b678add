import { Stack, type StackProps } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** A landing zone that has been there for years. Deleting it would leave its servers replicating, and fail on the subnets that DRS is in. */
export class LandingZoneStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Staging', subnetType: SubnetType.PUBLIC }],
    });
    new SecurityGroup(this, 'ReplicationServers', { vpc });
  }
}
