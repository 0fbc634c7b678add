import { Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SourceServer, SourceServerDisconnection, TeardownFunction } from 'cdk-drs';
import type { Construct } from 'constructs';

/** The roles have names, so that each of the two stacks can be written down without the other one being deployed. */
const FUNCTION_ROLE = 'LandingZoneTeardownFunction';
const SERVERS_ROLE = 'LandingZoneTeardown';

export interface ServersAccountStackProps extends StackProps {
  /** The account of the landing zone, whose teardown function may assume the role. */
  readonly landingZoneAccount: string;
}

/** In the account of the source servers: the role that the teardown function assumes. Deploy it first, and delete it last. */
export class ServersAccountStack extends Stack {
  constructor(scope: Construct, id: string, props: ServersAccountStackProps) {
    super(scope, id, props);
    const functionRole = `arn:${this.partition}:iam::${props.landingZoneAccount}:role/${FUNCTION_ROLE}`;
    const role = new Role(this, 'TeardownRole', {
      roleName: SERVERS_ROLE,
      description: 'Assumed by the teardown function of the landing zone, to disconnect the source servers of this account',
      // By a condition, not as the principal: IAM refuses a principal that does not exist yet.
      assumedBy: new AccountPrincipal(props.landingZoneAccount).withConditions({ ArnEquals: { 'aws:PrincipalArn': functionRole } }),
    });
    role.addToPolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: ['drs:DisconnectSourceServer'],
        resources: [this.formatArn({ service: 'drs', region: '*', resource: 'source-server', resourceName: '*' })],
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
    const role = new Role(this, 'TeardownFunctionRole', {
      roleName: FUNCTION_ROLE,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const { serversAccount: account, serversRegion: region, sourceServerId } = props;
    const arn = this.formatArn({ service: 'drs', account, region, resource: 'source-server', resourceName: sourceServerId });
    new SourceServerDisconnection(this, 'AppServer', {
      sourceServer: SourceServer.fromSourceServerArn(this, 'SourceServer', arn),
      assumeRole: Role.fromRoleArn(this, 'TeardownRole', `arn:${this.partition}:iam::${account}:role/${SERVERS_ROLE}`),
      teardownFunction: new TeardownFunction(this, 'TeardownFunction', { role }),
    });
  }
}
