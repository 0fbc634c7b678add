import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DisconnectSourceServerCommand, DrsClient } from '@aws-sdk/client-drs';
import { App, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnLaunchConfigurationTemplate, CfnReplicationConfigurationTemplate } from 'aws-cdk-lib/aws-drs';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmbeddedAws } from '../../../emulator';
import { StackEvent } from '../../../emulator/cloudformation/model';
import { defaultAccountId } from '../../../emulator/defaults';
import { Collection, Network } from '../../../emulator/ec2/network';

const minute = 60_000;
let aws: EmbeddedAws;
let client: CloudFormationClient;
let drs: DrsClient;
let events: StackEvent[];
beforeEach(async () => {
  aws = await EmbeddedAws.start({ speed: 3000, replicationServerLingers: 5 * 60 });
  events = [];
  aws.cloudFormation.onEvent((event) => events.push(event));
  const credentials = aws.iam.operatorCredentials(defaultAccountId);
  const configuration = { endpoint: aws.endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 };
  client = new CloudFormationClient(configuration);
  drs = new DrsClient(configuration);
});
afterEach(async () => {
  client.destroy();
  drs.destroy();
  await aws.stop();
});

const StackName = 'Zone';
const Capabilities = ['CAPABILITY_IAM'] as const;

/** Runs an operation to its end and says what became of the stack. */
async function deploy(build: (stack: Stack, vpc: Vpc) => void, Command = CreateStackCommand): Promise<string> {
  const app = new App();
  const stack = new Stack(app, StackName);
  build(stack, newVpc(stack));
  const template: unknown = app.synth().getStackByName(StackName).template;
  await client.send(new Command({ StackName, TemplateBody: JSON.stringify(template), Capabilities: [...Capabilities] }));
  return aws.cloudFormation.settled(StackName);
}

async function destroy(): Promise<string> {
  await client.send(new DeleteStackCommand({ StackName }));
  return aws.cloudFormation.settled(StackName);
}

function newVpc(stack: Stack): Vpc {
  const kinds = { public: SubnetType.PUBLIC, staging: SubnetType.PRIVATE_WITH_EGRESS, other: SubnetType.PRIVATE_ISOLATED };
  return new Vpc(stack, 'Vpc', {
    maxAzs: 2,
    subnetConfiguration: Object.entries(kinds).map(([name, subnetType]) => ({ name, subnetType })),
  });
}

async function outputs(): Promise<Record<string, string>> {
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  return Object.fromEntries((Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

function subnetIdOf(kind: string): string {
  const found = aws.ec2
    .network()
    .subnets.all()
    .find(({ tags }) => tags['aws-cdk:subnet-name'] === kind);
  return found?.subnetId ?? '';
}

/** Why, and after how many minutes, resources of a type could not be deleted. */
function failures(type: string): { reason?: string; minutes: number }[] {
  return events
    .filter((event) => event.type === type && event.status === 'DELETE_FAILED')
    .map(({ reason, time, physicalId }) => {
      const begun = events.find((event) => event.physicalId === physicalId && event.status === 'DELETE_IN_PROGRESS');
      return { reason, minutes: Math.round((time - (begun?.time ?? time)) / minute) };
    });
}

function sizes(network: Network): Record<string, number> {
  const collections = Object.entries(network).filter((entry): entry is [string, Collection<unknown>] => entry[1] instanceof Collection);
  return Object.fromEntries(collections.filter(([, { size }]) => size > 0).map(([name, { size }]) => [name, size]));
}

/** Leaves a replication server that goes soon, and DRS's groups, which don't. */
async function addAndDisconnect(): Promise<void> {
  const { sourceServerID } = aws.drs.addSourceServer({ stagingSubnetId: subnetIdOf('staging') });
  await drs.send(new DisconnectSourceServerCommand({ sourceServerID }));
}

function deleteDrsGroups(): void {
  const { securityGroups } = aws.ec2.network();
  for (const { groupId, tags } of securityGroups.all()) if ('AWSElasticDisasterRecoveryManaged' in tags) securityGroups.delete(groupId);
}

test('what the CDK makes of a network is created and deleted, and leaves nothing', async () => {
  const unsupported: string[] = [];
  aws.cloudFormation.onUnsupportedType((type) => unsupported.push(type));
  const status = await deploy((stack, vpc) => {
    const one = new SecurityGroup(stack, 'One', { vpc });
    const other = new SecurityGroup(stack, 'Other', { vpc, allowAllOutbound: false });
    one.addIngressRule(other, Port.tcp(1500));
    other.addEgressRule(one, Port.tcp(1500));
    vpc.addInterfaceEndpoint('Drs', { service: new InterfaceVpcEndpointAwsService('drs') });
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs() });
  });
  expect(status).toBe('CREATE_COMPLETE');
  // The main route table and the default group are the VPC's; an endpoint and a NAT gateway have an interface in each of two zones.
  expect(sizes(aws.ec2.network())).toEqual({
    vpcs: 1,
    subnets: 6,
    securityGroups: 4,
    interfaces: 4,
    routeTables: 7,
    internetGateways: 1,
    natGateways: 2,
    endpoints: 2,
  });
  expect(await destroy()).toBe('DELETE_COMPLETE');
  expect(sizes(aws.ec2.network())).toEqual({});
  expect(unsupported).toEqual([]);
});

test('references and attributes are what AWS says they are', async () => {
  await deploy((stack, vpc) => {
    const group = new SecurityGroup(stack, 'Group', { vpc });
    const template = new CfnReplicationConfigurationTemplate(stack, 'Replication', {
      associateDefaultSecurityGroup: true,
      bandwidthThrottling: 0,
      createPublicIp: false,
      dataPlaneRouting: 'PRIVATE_IP',
      defaultLargeStagingDiskType: 'GP3',
      ebsEncryption: 'DEFAULT',
      pitPolicy: [{ units: 'DAY', interval: 1, retentionDuration: 7 }],
      replicationServerInstanceType: 't3.small',
      replicationServersSecurityGroupsIDs: [group.securityGroupId],
      stagingAreaSubnetId: vpc.isolatedSubnets[0]?.subnetId ?? '',
      stagingAreaTags: {},
      useDedicatedReplicationServer: false,
    });
    const launch = new CfnLaunchConfigurationTemplate(stack, 'Launch');
    const topic = new Topic(stack, 'Topic');
    const alarm = new Alarm(stack, 'Alarm', {
      metric: new Metric({ namespace: 'AWS/DRS', metricName: 'LagDuration' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    const values = {
      Vpc: vpc.vpcId,
      Cidr: vpc.vpcCidrBlock,
      DefaultGroup: vpc.vpcDefaultSecurityGroup,
      Group: group.securityGroupId,
      Subnet: vpc.isolatedSubnets[0]?.subnetId,
      Template: template.ref,
      TemplateId: template.attrReplicationConfigurationTemplateId,
      Launch: launch.ref,
      LaunchId: launch.attrLaunchConfigurationTemplateId,
      Topic: topic.topicArn,
      TopicName: topic.topicName,
      Alarm: alarm.alarmName,
      AlarmArn: alarm.alarmArn,
    };
    for (const [id, value] of Object.entries(values)) new CfnOutput(stack, `${id}Output`, { value: value ?? '' });
  });
  const [vpc] = aws.ec2.network().vpcs.all();
  const id = (prefix: string): unknown => expect.stringMatching(new RegExp(`^${prefix}-[0-9a-f]{17}$`));
  const arn = (rest: string): unknown => expect.stringMatching(new RegExp(`^arn:aws:${rest}`));
  expect(await outputs()).toEqual({
    VpcOutput: vpc?.vpcId,
    CidrOutput: '10.0.0.0/16',
    DefaultGroupOutput: aws.ec2.network().defaultGroupIdsOf(vpc?.vpcId ?? '')[0],
    GroupOutput: id('sg'),
    SubnetOutput: id('subnet'),
    TemplateOutput: arn('drs:eu-central-1:111122223333:replication-configuration-template/rct-[0-9a-f]{17}$'),
    TemplateIdOutput: id('rct'),
    LaunchOutput: arn('drs:eu-central-1:111122223333:launch-configuration-template/lct-[0-9a-f]{17}$'),
    LaunchIdOutput: id('lct'),
    TopicOutput: arn('sns:eu-central-1:111122223333:Zone-Topic'),
    TopicNameOutput: expect.stringMatching(/^Zone-Topic/),
    AlarmOutput: expect.stringMatching(/^Zone-Alarm/),
    AlarmArnOutput: arn('cloudwatch:eu-central-1:111122223333:alarm:Zone-Alarm'),
  });
});

describe('a deletion fails while something is in the way', () => {
  const requestId = 'Request ID: [0-9a-f-]{36}';
  const handled = (message: string) =>
    new RegExp(
      `^Resource handler returned message: "${message} \\(Service: Ec2, Status Code: 400, ${requestId}\\)" \\(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: InvalidRequest\\)$`,
    );

  test('the VPC, by DRS’s own security groups; it goes once they are gone', async () => {
    await deploy(() => undefined);
    await addAndDisconnect();
    expect(await destroy()).toBe('DELETE_FAILED');
    const [failure] = failures('AWS::EC2::VPC');
    expect(failure?.reason).toMatch(handled("The vpc 'vpc-[0-9a-f]{17}' has dependencies and cannot be deleted."));
    expect(failure?.minutes).toBeGreaterThanOrEqual(15);
    expect(failures('AWS::EC2::Subnet')).toEqual([]);
    deleteDrsGroups();
    expect(await destroy()).toBe('DELETE_COMPLETE');
  });

  test('a subnet and a security group, by a replication server', async () => {
    await deploy((stack, vpc) => void new SecurityGroup(stack, 'Group', { vpc, securityGroupName: 'replication' }));
    const group = aws.ec2
      .network()
      .securityGroups.all()
      .find(({ groupName }) => groupName === 'replication');
    const replicationServerSecurityGroupIds = [group?.groupId ?? ''];
    aws.drs.addSourceServer({ stagingSubnetId: subnetIdOf('staging'), replicationServerSecurityGroupIds });
    expect(await destroy()).toBe('DELETE_FAILED');
    expect(failures('AWS::EC2::Subnet').map(({ reason }) => reason)).toEqual([
      expect.stringMatching(handled(`The subnet '${subnetIdOf('staging')}' has dependencies and cannot be deleted.`)),
    ]);
    expect(failures('AWS::EC2::SecurityGroup').map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        new RegExp(`^resource ${group?.groupId} has a dependent object \\(Service: Ec2, Status Code: 400, ${requestId}\\)$`),
      ),
    ]);
    expect(failures('AWS::EC2::VPC')).toEqual([]);
  });

  test('an internet gateway’s attachment, by a public address', async () => {
    await deploy(() => undefined);
    aws.drs.addSourceServer({ stagingSubnetId: subnetIdOf('public') });
    expect(await destroy()).toBe('DELETE_FAILED');
    expect(failures('AWS::EC2::VPCGatewayAttachment')[0]?.reason).toMatch(/^Network vpc-\w+ has some mapped public address\(es\)\./);
  });
});

test('a deletion is tried again, and succeeds once nothing is in the way any more', async () => {
  await deploy(() => undefined);
  await addAndDisconnect();
  const subnetId = subnetIdOf('staging');
  aws.cloudFormation.onEvent(({ physicalId, status }) => {
    if (physicalId === subnetId && status === 'DELETE_COMPLETE') deleteDrsGroups();
  });
  expect(await destroy()).toBe('DELETE_COMPLETE');
  expect(events.filter(({ status }) => status === 'DELETE_FAILED')).toEqual([]);
});

describe('an update', () => {
  test('changes tags and rules in place, and leaves the rules of other resources', async () => {
    const build = (description: string) => (stack: Stack, vpc: Vpc) => {
      const [one, other] = ['One', 'Other'].map((id) => new SecurityGroup(stack, id, { vpc, description: id, securityGroupName: id }));
      one?.addIngressRule(other, Port.tcp(1500), 'of its own resource');
      one?.addIngressRule(Peer.anyIpv4(), Port.tcp(443), description);
      Tags.of(vpc).add('Team', description);
    };
    await deploy(build('before'));
    const group = () =>
      aws.ec2
        .network()
        .securityGroups.all()
        .find(({ groupName }) => groupName === 'One');
    const before = group();
    expect(await deploy(build('after'), UpdateStackCommand)).toBe('UPDATE_COMPLETE');
    expect(group()?.groupId).toBe(before?.groupId);
    expect(group()?.ingress.map(({ description }) => description)).toEqual(['after', 'of its own resource']);
    expect(
      aws.ec2
        .network()
        .vpcs.all()
        .map(({ tags }) => tags.Team),
    ).toEqual(['after']);
  });

  test('replaces a group whose description changes, and deletes the old one', async () => {
    const build = (description: string) => (stack: Stack, vpc: Vpc) => void new SecurityGroup(stack, 'Group', { vpc, description });
    await deploy(build('before'));
    const descriptions = () =>
      aws.ec2
        .network()
        .securityGroups.all()
        .map(({ description }) => description);
    expect(descriptions()).toContain('before');
    expect(await deploy(build('after'), UpdateStackCommand)).toBe('UPDATE_COMPLETE');
    expect(descriptions()).toEqual(['default VPC security group', 'after']);
  });
});
