import { CfnOutput, Fn, RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface StagingAreaProps {
  readonly vpcCidr?: string;
  readonly sourceCidrs?: readonly string[];
}

const PRIVATE_ADDRESSES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/**
 * What source servers replicate into: subnets without a way to or from the internet, and endpoints for all that DRS needs.
 * A team joins its network to the VPC by a VPN, Direct Connect, a transit gateway or a peering.
 *
 * @see https://docs.aws.amazon.com/drs/latest/userguide/Network-Requirements.html
 */
export class StagingArea extends Construct {
  public readonly vpc: Vpc;
  /** Of the replication servers, instead of DRS's own, which lets anybody in. */
  public readonly replicationServers: SecurityGroup;
  /** Of the endpoints. */
  private readonly endpoints: SecurityGroup;

  constructor(scope: Construct, id: string, { vpcCidr = '10.255.0.0/22', sourceCidrs = PRIVATE_ADDRESSES }: StagingAreaProps) {
    super(scope, id);
    this.vpc = this.addVpc(vpcCidr);
    this.replicationServers = this.addGroup('ReplicationServers', 'Replication servers of DRS: replicated data from source servers');
    this.endpoints = this.addGroup('Endpoints', 'Endpoints for replication servers and agents');
    for (const cidr of sourceCidrs) {
      this.replicationServers.addIngressRule(Peer.ipv4(cidr), Port.tcp(1500), 'Replicated data');
      this.endpoints.addIngressRule(Peer.ipv4(cidr), Port.HTTPS, 'Agents');
    }
    this.replicationServers.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'To the endpoints; that of S3 has public addresses');
    this.endpoints.addIngressRule(Peer.ipv4(vpcCidr), Port.HTTPS, 'Replication servers');
    this.addEndpoints();
  }

  private addVpc(cidr: string): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      // DRS stages in one subnet. The other one is there to go to when the first one's Availability Zone fails.
      maxAzs: 2,
      subnetConfiguration: [{ name: 'Staging', subnetType: SubnetType.PRIVATE_ISOLATED }],
      // Nothing is in it, and the CDK's way to empty it is another function that must work for the stack to go.
      restrictDefaultSecurityGroup: false,
    });
    const logGroup = new LogGroup(this, 'FlowLogGroup', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
    return vpc;
  }

  private addGroup(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  /** Replication servers call DRS, EC2 and S3; agents outside of the VPC call DRS and S3, and a gateway endpoint is not for them. */
  private addEndpoints() {
    this.vpc.addGatewayEndpoint('S3Gateway', { service: GatewayVpcEndpointAwsService.S3 });
    this.addEndpoint('Ec2', InterfaceVpcEndpointAwsService.EC2, true);
    const drs = this.addEndpoint('Drs', InterfaceVpcEndpointAwsService.ELASTIC_DISASTER_RECOVERY, true);
    const s3 = this.addEndpoint('S3', InterfaceVpcEndpointAwsService.S3, false);
    this.tell('AgentEndpoint', drs.vpcEndpointDnsEntries, 'The --endpoint of the agents');
    this.tell('AgentS3Endpoint', s3.vpcEndpointDnsEntries, "The --s3-endpoint of the agents, without '*.'");
  }

  /** Without a private name, what is in the VPC goes on to use the gateway endpoint. */
  private addEndpoint(id: string, service: InterfaceVpcEndpointAwsService, privateDnsEnabled: boolean) {
    // The group says who may call it.
    return this.vpc.addInterfaceEndpoint(id, { service, privateDnsEnabled, securityGroups: [this.endpoints], open: false });
  }

  /** Of the first name of an endpoint, which is preceded by the ID of its zone. */
  private tell(id: string, dnsEntries: string[], description: string) {
    new CfnOutput(this, id, { value: Fn.select(1, Fn.split(':', Fn.select(0, dnsEntries))), description }).overrideLogicalId(id);
  }
}
