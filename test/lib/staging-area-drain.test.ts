import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { STAGING_AREA_DRAIN } from '../../lib/contract';
import {
  FleetDisconnection,
  SourceServer,
  SourceServerDisconnection,
  SourceServerSelection,
  StagingAreaDrain,
  type StagingAreaDrainProps,
  TeardownFunction,
} from '../../lib';

const env = { account: '111122223333', region: 'eu-central-1' };

function newVpc(stack: Stack, id = 'Vpc') {
  return new ec2.Vpc(stack, id, {
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    natGateways: 0,
    subnetConfiguration: [
      { name: 'Staging', subnetType: ec2.SubnetType.PUBLIC },
      { name: 'Other', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    ],
  });
}

function declare(props: Partial<StagingAreaDrainProps> = {}, stack = new Stack(new App(), 'Stack', { env })) {
  const vpc = props.vpc ?? newVpc(stack);
  const drain = new StagingAreaDrain(stack, 'Drain', { vpc, ...props });
  return { stack, vpc, drain, template: () => Template.fromStack(stack) };
}

interface Link {
  readonly id: string;
  readonly Properties: { Link: string; SubnetIds: unknown[]; Drain: string };
  readonly DependsOn: string[];
}

function linksOf(template: Template): Link[] {
  const found = Object.entries(template.findResources(STAGING_AREA_DRAIN)) as [string, Omit<Link, 'id'>][];
  return found.map(([id, link]) => ({ id, ...link })).sort((one, other) => Number(one.Properties.Link) - Number(other.Properties.Link));
}

function statementsOf(template: Template, action: string): Record<string, unknown>[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
    Properties: { PolicyDocument: { Statement: { Action: string | string[] }[] } };
  }[];
  return policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement).filter(({ Action }) => [Action].flat().includes(action));
}

test('a chain of links, each of which may take three runs of the function', () => {
  const { template } = declare();
  const links = linksOf(template());
  expect(links.map(({ Properties }) => Properties.Link)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(new Set(links.map(({ Properties }) => Properties.Drain)).size).toBe(1);
  links.slice(1).forEach((link, index) => expect(link.DependsOn).toContain(links[index].id));
  template().allResourcesProperties(STAGING_AREA_DRAIN, {
    ServiceTimeout: '3300',
    VpcId: { Ref: Match.stringLikeRegexp('^Vpc') },
    DeleteSecurityGroups: 'true',
  });
});

test('link 0 depends on all of the VPC, and on its grants', () => {
  const { template } = declare();
  const { Resources } = template().toJSON() as { Resources: Record<string, { Type: string }> };
  const ofVpc = Object.keys(Resources).filter((id) => id.startsWith('Vpc') && Resources[id].Type.startsWith('AWS::EC2::'));
  expect(ofVpc.length).toBeGreaterThan(10);
  expect(linksOf(template())[0].DependsOn).toEqual(expect.arrayContaining([...ofVpc, expect.stringMatching(/Grant/)]));
});

test.each([
  [Duration.minutes(1), 1],
  [Duration.minutes(14), 1],
  [Duration.minutes(15), 2],
  [Duration.hours(2), 9],
])('a timeout of %s: %d links', (timeout, count) => {
  expect(linksOf(declare({ timeout }).template())).toHaveLength(count);
});

test('all subnets of the VPC, or those that are named', () => {
  expect(linksOf(declare().template())[0].Properties.SubnetIds).toHaveLength(4);
  expect(linksOf(declare({ vpcSubnets: { subnetGroupName: 'Staging' } }).template())[0].Properties.SubnetIds).toHaveLength(2);
});

test('what it may delete: the security groups of that VPC which carry the tag of DRS', () => {
  expect(statementsOf(declare().template(), 'ec2:DeleteSecurityGroup')).toEqual([
    expect.objectContaining({
      Condition: {
        ArnEquals: { 'ec2:Vpc': { 'Fn::Join': ['', expect.arrayContaining([{ Ref: expect.stringMatching(/^Vpc/) }])] } },
        Null: { 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged': 'false' },
      },
    }),
  ]);
});

test.each<[string, (stack: Stack) => Partial<StagingAreaDrainProps>, boolean]>([
  [
    'an imported VPC: no',
    (stack) => ({
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-1', availabilityZones: ['a'], publicSubnetIds: ['subnet-1'] }),
    }),
    false,
  ],
  ['a VPC of another stack: no', (stack) => ({ vpc: newVpc(new Stack(stack.node.root, 'Other', { env })) }), false],
  ['unless somebody says so', (stack) => ({ vpc: newVpc(new Stack(stack.node.root, 'Other', { env })), deleteSecurityGroups: true }), true],
  ['nor does a VPC of this stack, if somebody says so', () => ({ deleteSecurityGroups: false }), false],
])('whether the security groups of DRS go: %s', (_whose, propsOf, expected) => {
  const stack = new Stack(new App(), 'Stack', { env });
  const { template } = declare(propsOf(stack), stack);
  template().allResourcesProperties(STAGING_AREA_DRAIN, { DeleteSecurityGroups: expected ? 'true' : Match.absent() });
  expect(statementsOf(template(), 'ec2:DeleteSecurityGroup')).toHaveLength(expected ? 1 : 0);
});

test('disconnections that name it go before it', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const { drain, template } = declare({}, stack);
  const sourceServer = SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0');
  new SourceServerDisconnection(stack, 'Single', { sourceServer, stagingAreaDrain: drain });
  new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ a: 'b' }), stagingAreaDrain: drain });
  const links = linksOf(template()).map(({ id }) => id);
  const { Resources } = template().toJSON() as { Resources: Record<string, { DependsOn: string[] }> };
  for (const id of Object.keys(Resources).filter((each) => /^(Single|Fleet)/.test(each))) {
    expect(Resources[id].DependsOn).toEqual(expect.arrayContaining(links));
  }
});

test('security groups and endpoints beside the VPC are warned of, unless it is told of them', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const vpc = newVpc(stack);
  const told = new ec2.SecurityGroup(stack, 'Told', { vpc });
  new ec2.SecurityGroup(stack, 'NotTold', { vpc });
  new ec2.InterfaceVpcEndpoint(stack, 'Endpoint', { vpc, service: ec2.InterfaceVpcEndpointAwsService.SSM });
  vpc.addGatewayEndpoint('Inside', { service: ec2.GatewayVpcEndpointAwsService.S3 });
  new ec2.SecurityGroup(stack, 'OfAnother', { vpc: newVpc(stack, 'AnotherVpc') });
  declare({ vpc, dependencies: [told] }, stack);
  const warnings = Annotations.fromStack(stack)
    .findWarning('/Stack/Drain', Match.anyValue())
    .map(({ entry }) => entry.data as string);
  expect(warnings.map((text) => /'([^']+)' may be deleted/.exec(text)?.[1]).sort()).toEqual([
    'Stack/Endpoint',
    'Stack/Endpoint/SecurityGroup',
    'Stack/NotTold',
  ]);
});

test.each<[string, () => unknown, RegExp]>([
  [
    'a drain inside of the VPC',
    () => {
      const vpc = newVpc(new Stack(new App(), 'Stack', { env }));
      return new StagingAreaDrain(vpc, 'Drain', { vpc });
    },
    /inside of the VPC 'Stack\/Vpc'.*beside the VPC/,
  ],
  ['a timeout of more than two hours', () => declare({ timeout: Duration.minutes(121) }), /at most two hours/],
  ['SNAPSHOT', () => declare({ removalPolicy: RemovalPolicy.SNAPSHOT }), /SNAPSHOT is not possible/],
  [
    'a VPC without subnets that are known',
    () => {
      const stack = new Stack(new App(), 'Stack', { env });
      return declare({ vpc: ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-1', availabilityZones: ['a'] }) }, stack);
    },
    /no subnets that are known/,
  ],
  [
    'a teardown function of another stack',
    () => {
      const stack = new Stack(new App(), 'Stack', { env });
      return declare({ teardownFunction: new TeardownFunction(new Stack(stack.node.root, 'Other', { env }), 'Function') }, stack);
    },
    /belongs to the stack 'Other'/,
  ],
])('%s is refused', (_what, wrong, message) => {
  expect(wrong).toThrow(message);
});
