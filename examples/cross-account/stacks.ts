import { Stack, type StackProps } from 'aws-cdk-lib';
import { ArnPrincipal, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SourceServer, SourceServerDisconnection, TeardownFunction } from 'cdk-drs';
import type { Construct } from 'constructs';

/** The roles have names, so that each stack can be written down without another one being deployed. */
const FUNCTION_ROLE = 'LandingZoneTeardownFunction';
const SERVERS_ROLE = 'LandingZoneTeardown';

/** In the account of the landing zone: the role of its teardown function. Deploy it first, and delete it last. */
export class FunctionRoleStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    new Role(this, 'TeardownFunctionRole', { roleName: FUNCTION_ROLE, assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  }
}

export interface ServersAccountStackProps extends StackProps {
  /** The account of the landing zone, whose teardown function may assume the role. */
  readonly landingZoneAccount: string;
  /** The Region that the source servers replicate to. */
  readonly serversRegion: string;
}

/** In the account of the source servers: the role that the teardown function assumes. Deploy it before the landing zone, and delete it after that. */
export class ServersAccountStack extends Stack {
  constructor(scope: Construct, id: string, props: ServersAccountStackProps) {
    super(scope, id, props);
    const functionRole = `arn:${this.partition}:iam::${props.landingZoneAccount}:role/${FUNCTION_ROLE}`;
    const role = new Role(this, 'TeardownRole', {
      roleName: SERVERS_ROLE,
      description: 'Assumed by the teardown function of the landing zone, to disconnect the source servers of this account',
      // As the principal, not by a condition: IAM then keeps the ID of the role, and trusts none that somebody makes anew under its name.
      assumedBy: new ArnPrincipal(functionRole),
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['drs:DisconnectSourceServer'],
        resources: [this.formatArn({ service: 'drs', region: props.serversRegion, resource: 'source-server', resourceName: '*' })],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        // They know no resources. DRS looks at EC2 on behalf of its caller.
        actions: ['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'],
        resources: ['*'],
      }),
    );
  }
}

export interface LandingZoneStackProps extends StackProps {
  /** The account and the Region that the source server replicates to. */
  readonly serversAccount: string;
  readonly serversRegion: string;
  readonly sourceServerId: string;
}

/** In the account of the landing zone: disconnects a source server of the other account when it is deleted. */
export class LandingZoneStack extends Stack {
  constructor(scope: Construct, id: string, props: LandingZoneStackProps) {
    super(scope, id, props);
    const role = Role.fromRoleName(this, 'TeardownFunctionRole', FUNCTION_ROLE);
    const { serversAccount: account, serversRegion: region, sourceServerId } = props;
    const arn = this.formatArn({ service: 'drs', account, region, resource: 'source-server', resourceName: sourceServerId });
    new SourceServerDisconnection(this, 'AppServer', {
      sourceServer: SourceServer.fromSourceServerArn(this, 'SourceServer', arn),
      assumeRole: Role.fromRoleArn(this, 'TeardownRole', `arn:${this.partition}:iam::${account}:role/${SERVERS_ROLE}`),
      teardownFunction: new TeardownFunction(this, 'TeardownFunction', { role }),
    });
  }
}
