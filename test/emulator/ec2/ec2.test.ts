import { launchInstance } from '../../../emulator/ec2/instances';
import { resource, Services, Who } from '../services';
import { Ec2Answer, ec2Query, filters } from './query';

const minute = 60_000;
const managed = 'AWSElasticDisasterRecoveryManaged';
let services: Services;
let vpcId: string;
let subnetId: string;

beforeEach(async () => {
  services = await Services.start({ ec2PageSize: 7, deletionRetries: 0 });
  vpcId = await create('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' });
  subnetId = await create('AWS::EC2::Subnet', { VpcId: vpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-central-1b' });
});
afterEach(() => services.stop());

async function create(type: string, properties: Record<string, unknown>): Promise<string> {
  const created = await services.ec2.providers[type]?.create(resource('Thing', properties));
  return created?.physicalId ?? '';
}

const securityGroup = (properties: Record<string, unknown> = {}) =>
  create('AWS::EC2::SecurityGroup', { VpcId: vpcId, GroupDescription: 'a group', ...properties });

function launch(tags: Record<string, string> = {}, groupIds?: string[]): string {
  return launchInstance(services.ec2.network(), { subnetId, tags, groupIds }, services.clock.now()).instanceId;
}

function ec2(action: string, parameters: Record<string, string> = {}, who: Who = {}): Promise<Ec2Answer> {
  return ec2Query({ endpoint: services.gateway.endpoint, iam: services.iam }, action, parameters, who);
}

describe('the protocol', () => {
  test('answers as EC2 does: a namespace of its own, no Result element, lists of items', async () => {
    const { status, body } = await ec2('DescribeSubnets');
    expect(status).toBe(200);
    expect(body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<DescribeSubnetsResponse xmlns="http:\/\/ec2.amazonaws.com\/doc\/2016-11-15\/"><requestId>[0-9a-f-]{36}<\/requestId><subnetSet><item>/,
    );
    expect((await ec2('DescribeVolumes')).body).toContain('<volumeSet></volumeSet></DescribeVolumesResponse>');
  });

  test('refuses in EC2’s own format', async () => {
    const { body } = await ec2('DeleteSecurityGroup', { GroupId: 'sg-0' });
    expect(body).toMatch(
      /<Response><Errors><Error><Code>InvalidGroup.NotFound<\/Code><Message>The security group 'sg-0' does not exist<\/Message><\/Error><\/Errors><RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>$/,
    );
  });

  test.each<[string, string, Record<string, string>, number, string]>([
    ['an unknown operation', 'RunInstances', {}, 400, 'InvalidAction'],
    ['a member of every object', 'toString', {}, 400, 'InvalidAction'],
    ['another version', 'DescribeVpcs', { Version: '2014-10-01' }, 400, 'NoSuchVersion'],
    ['an unknown parameter', 'DescribeInstances', { Owner: 'me' }, 400, 'UnknownParameter'],
    ['a gap in a list', 'DescribeInstances', { 'InstanceId.2': 'i-0' }, 400, 'UnknownParameter'],
    ['an unknown filter', 'DescribeInstances', filters({ platform: 'windows' }), 400, 'InvalidParameterValue'],
    ['a filter that every object has', 'DescribeInstances', filters({ constructor: '*' }), 400, 'InvalidParameterValue'],
    ['a tag where there are none', 'DescribeAvailabilityZones', filters({ 'tag:Name': '*' }), 400, 'InvalidParameterValue'],
    ['a filter without values', 'DescribeInstances', filters({ 'vpc-id': [] }), 400, 'InvalidParameterValue'],
    ['pages too small', 'DescribeInstances', { MaxResults: '4' }, 400, 'InvalidParameterValue'],
    ['pages too large', 'DescribeSecurityGroups', { MaxResults: '1001' }, 400, 'InvalidParameterValue'],
    ['half a result', 'DescribeSecurityGroups', { MaxResults: '5.5' }, 400, 'InvalidParameterValue'],
    ['IDs in pages', 'DescribeInstances', { 'InstanceId.1': 'i-0', MaxResults: '5' }, 400, 'InvalidParameterCombination'],
    ['a foreign token', 'DescribeInstances', { NextToken: 'x' }, 400, 'InvalidNextToken'],
    ['an unknown instance', 'DescribeInstances', { 'InstanceId.1': 'i-0' }, 400, 'InvalidInstanceID.NotFound'],
    ['an unknown interface', 'DescribeNetworkInterfaces', { 'NetworkInterfaceId.1': 'eni-0' }, 400, 'InvalidNetworkInterfaceID.NotFound'],
    ['an unknown group', 'DescribeSecurityGroups', { 'GroupId.1': 'sg-0' }, 400, 'InvalidGroup.NotFound'],
    ['an unknown subnet', 'DescribeSubnets', { 'SubnetId.1': 'subnet-0' }, 400, 'InvalidSubnetID.NotFound'],
    ['an unknown VPC', 'DescribeVpcs', { 'VpcId.1': 'vpc-0' }, 400, 'InvalidVpcID.NotFound'],
    ['no group to delete', 'DeleteSecurityGroup', {}, 400, 'MissingParameter'],
    ['nothing to terminate', 'TerminateInstances', {}, 400, 'MissingParameter'],
    ['a dry run that is neither', 'DescribeVpcs', { DryRun: 'yes' }, 400, 'InvalidParameterValue'],
    ['a dry run', 'DescribeVpcs', { DryRun: 'true' }, 412, 'DryRunOperation'],
  ])('%s', async (_name, action, parameters, status, code) => {
    expect(await ec2(action, parameters)).toMatchObject({ status, code });
  });

  test('an empty list is no list', async () => {
    launch();
    expect((await ec2('DescribeInstances', { InstanceId: '', Filter: '' })).all('instanceId')).toHaveLength(1);
  });

  test('of an unknown key', async () => {
    expect(await ec2('DescribeVpcs', {}, { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: '' } })).toMatchObject({
      status: 401,
      code: 'AuthFailure',
    });
  });

  test.each<['throttle' | 'internal' | 'denied', number, string]>([
    ['throttle', 503, 'RequestLimitExceeded'],
    ['internal', 500, 'InternalError'],
    ['denied', 403, 'UnauthorizedOperation'],
  ])('an injected fault: %s', async (kind, status, code) => {
    services.faults.add({ service: 'ec2', operation: 'DescribeInstances', kind });
    expect(await ec2('DescribeInstances')).toMatchObject({ status, code });
    expect(await ec2('DescribeInstances')).toMatchObject({ status: 200 });
  });
});

describe('DescribeInstances', () => {
  const found = async (named: Parameters<typeof filters>[0]) => (await ec2('DescribeInstances', filters(named))).all('instanceId');

  test('every filter must match, of its values one, wildcards too', async () => {
    const one = launch({ [managed]: 'drs.amazonaws.com', Name: 'one' });
    const other = launch({ Name: 'other' });
    expect(await found({ 'tag-key': managed })).toEqual([one]);
    expect(await found({ 'tag:Name': ['o*', 'x'] })).toEqual([one, other].sort());
    expect(await found({ 'tag:Name': '?ne' })).toEqual([one]);
    expect(await found({ 'tag:Name': 'One' })).toEqual([]);
    expect(await found({ 'tag-key': managed, 'tag:Name': 'other' })).toEqual([]);
    expect(await found({ 'subnet-id': subnetId, 'tag-key': managed })).toEqual([one]);
    expect(await found({ 'subnet-id': 'subnet-0' })).toEqual([]);
    expect(await found({ 'network-interface.subnet-id': subnetId, 'vpc-id': vpcId })).toEqual([one, other].sort());
    expect(await found({ 'instance-state-name': ['pending', 'running'] })).toEqual([one, other].sort());
  });

  test('knows nothing of other accounts and Regions', async () => {
    launch();
    expect((await ec2('DescribeInstances', {}, { region: 'eu-west-1' })).all('instanceId')).toEqual([]);
    expect((await ec2('DescribeInstances', {}, { accountId: '444455556666' })).all('instanceId')).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['of the size asked for', { MaxResults: '5' }],
    ['of its own size', {}],
  ])('in pages %s, of which some may be empty', async (_name, parameters) => {
    for (let count = 0; count < 12; count++) launch({ Name: 'unrelated' });
    const wanted = [...services.ec2.network().instances.keys()].sort().at(-1) ?? '';
    const pages: string[][] = [];
    for (let token: string | undefined = ''; token !== undefined;) {
      const request = { ...parameters, ...filters({ 'instance-id': wanted }), ...(token && { NextToken: token }) };
      const answer: Ec2Answer = await ec2('DescribeInstances', request);
      pages.push(answer.all('instanceId'));
      [token] = answer.all('nextToken');
    }
    expect(pages.length).toBe(parameters.MaxResults ? 3 : 2);
    expect(pages.at(0)).toEqual([]);
    expect(pages.flat()).toEqual([wanted]);
  });

  test('a terminated instance is shown for a while, and holds nothing', async () => {
    const instance = launch({ [managed]: '' });
    const state = async (named: Parameters<typeof filters>[0] = {}) => (await ec2('DescribeInstances', filters(named))).all('name');
    const terminated = await ec2('TerminateInstances', { 'InstanceId.1': instance });
    expect(terminated.all('name')).toEqual(['shutting-down', 'running']);
    expect((await ec2('DescribeNetworkInterfaces', filters({ 'subnet-id': subnetId }))).all('networkInterfaceId')).toHaveLength(1);
    expect(await state({ 'subnet-id': subnetId })).toEqual(['shutting-down']);
    services.clock.pass(minute);
    expect(await state({ 'tag-key': managed })).toEqual(['terminated']);
    expect(await state({ 'subnet-id': subnetId })).toEqual([]);
    expect((await ec2('DescribeNetworkInterfaces')).all('networkInterfaceId')).toEqual([]);
    expect((await ec2('DescribeVolumes')).all('volumeId')).toEqual([]);
    services.clock.pass(60 * minute);
    expect(await state()).toEqual([]);
  });
});

describe('DeleteSecurityGroup', () => {
  const remove = (groupId: string, who: Who = {}) => ec2('DeleteSecurityGroup', { GroupId: groupId }, who);

  test('deletes a group that nothing uses, once', async () => {
    const groupId = await securityGroup();
    expect((await remove(groupId)).body).toContain('<return>true</return>');
    expect(await remove(groupId)).toMatchObject({ status: 400, code: 'InvalidGroup.NotFound' });
    expect((await ec2('DescribeSecurityGroups', filters({ 'vpc-id': vpcId }))).all('groupName')).toEqual(['default']);
  });

  test('refuses while a network interface is in the group', async () => {
    const groupId = await securityGroup();
    const instance = launch({}, [groupId]);
    const refusal = { status: 400, code: 'DependencyViolation', message: `resource ${groupId} has a dependent object` };
    expect(await remove(groupId)).toMatchObject(refusal);
    await ec2('TerminateInstances', { 'InstanceId.1': instance });
    expect(await remove(groupId)).toMatchObject(refusal);
    services.clock.pass(minute);
    expect(await remove(groupId)).toMatchObject({ status: 200 });
  });

  test.each(['SecurityGroupIngress', 'SecurityGroupEgress'])(
    'refuses while another group’s %s names it, but not its own',
    async (rules) => {
      const groupId = await securityGroup();
      const key = rules === 'SecurityGroupIngress' ? 'SourceSecurityGroupId' : 'DestinationSecurityGroupId';
      const other = await securityGroup({ [rules]: [{ IpProtocol: '-1', [key]: groupId }] });
      await create(`AWS::EC2::${rules}`, { GroupId: groupId, IpProtocol: 'tcp', FromPort: 1, ToPort: 1, [key]: groupId });
      expect(await remove(groupId)).toMatchObject({ code: 'DependencyViolation' });
      expect(await remove(other)).toMatchObject({ status: 200 });
      expect(await remove(groupId)).toMatchObject({ status: 200 });
    },
  );

  test('refuses to delete the group that the VPC was born with', async () => {
    const [groupId = ''] = services.ec2.network().defaultGroupIdsOf(vpcId);
    expect(await remove(groupId)).toMatchObject({ status: 400, code: 'CannotDelete' });
  });
});

describe('a deletion by CloudFormation', () => {
  type Thing = readonly [type: string, properties: () => Record<string, unknown>];
  const remove = async (type: string, physicalId: string, properties = {}) =>
    services.ec2.providers[`AWS::EC2::${type}`]?.delete({ ...resource('Thing', properties), physicalId });
  const inSubnet = () => ({ SubnetId: subnetId });
  const endpoint = (more: object) => ({ VpcId: vpcId, ServiceName: 'com.amazonaws.eu-central-1.s3', ...more });

  async function attached(): Promise<Record<string, unknown>> {
    return { VpcId: vpcId, InternetGatewayId: await create('AWS::EC2::InternetGateway', {}) };
  }

  test.each<Thing>([
    ['SecurityGroup', () => ({ VpcId: vpcId, GroupDescription: '' })],
    ['RouteTable', () => ({ VpcId: vpcId })],
    ['VPCEndpoint', () => endpoint({ VpcEndpointType: 'Gateway' })],
  ])('a %s keeps a VPC', async (type, properties) => {
    await remove('Subnet', subnetId);
    const id = await create(`AWS::EC2::${type}`, properties());
    await expect(remove('VPC', vpcId)).rejects.toThrow(`The vpc '${vpcId}' has dependencies and cannot be deleted.`);
    await remove(type, id);
    await remove('VPC', vpcId);
    expect(services.ec2.network().securityGroups.size + services.ec2.network().routeTables.size).toBe(0);
  });

  test('a subnet keeps a VPC', async () => {
    await expect(remove('VPC', vpcId)).rejects.toThrow('has dependencies');
  });

  test.each<Thing>([
    ['NatGateway', inSubnet],
    ['VPCEndpoint', () => endpoint({ SubnetIds: [subnetId] })],
  ])('a %s keeps its subnet', async (type, properties) => {
    const id = await create(`AWS::EC2::${type}`, properties());
    await expect(remove('Subnet', subnetId)).rejects.toThrow(`The subnet '${subnetId}' has dependencies and cannot be deleted.`);
    await remove(type, id);
    await remove('Subnet', subnetId);
    expect(services.ec2.network().subnets.size).toBe(0);
  });

  test('an attachment keeps an internet gateway and a VPC', async () => {
    await remove('Subnet', subnetId);
    const properties = await attached();
    const attachment = await create('AWS::EC2::VPCGatewayAttachment', properties);
    const gateway = String(properties.InternetGatewayId);
    await expect(remove('VPC', vpcId)).rejects.toThrow('has dependencies');
    await expect(remove('InternetGateway', gateway)).rejects.toThrow(`The internetGateway '${gateway}' has dependencies`);
    await remove('VPCGatewayAttachment', attachment, properties);
    await remove('InternetGateway', gateway);
    await remove('VPC', vpcId);
  });

  test('an association keeps a route table', async () => {
    const RouteTableId = await create('AWS::EC2::RouteTable', { VpcId: vpcId });
    const association = { SubnetId: subnetId, RouteTableId };
    const id = await create('AWS::EC2::SubnetRouteTableAssociation', association);
    await expect(remove('RouteTable', RouteTableId)).rejects.toThrow(`The routeTable '${RouteTableId}' has dependencies`);
    await remove('SubnetRouteTableAssociation', id, association);
    await remove('RouteTable', RouteTableId);
  });

  test('of what is gone already is no failure', async () => {
    await remove('SecurityGroup', 'sg-0');
    await remove('Subnet', 'subnet-0');
    await remove('NatGateway', 'nat-0');
    await remove('VPCGatewayAttachment', 'IGW|vpc-0', { VpcId: 'vpc-0', InternetGatewayId: 'igw-0' });
  });
});

test('nothing is created in what does not exist', async () => {
  const group = { VpcId: 'vpc-0', GroupDescription: '' };
  await expect(create('AWS::EC2::SecurityGroup', group)).rejects.toThrow(/^The vpc ID 'vpc-0' does not exist \(Service: Ec2/);
  await expect(securityGroup({ GroupName: 'default' })).rejects.toThrow("The security group 'default' already exists for VPC");
});

describe('authorization', () => {
  const arn = (thing: string) => `arn:aws:ec2:eu-central-1:111122223333:${thing}`;
  const allow = (Action: string, Resource = '*', Condition = {}) => ({ Effect: 'Allow', Action, Resource, Condition });

  test('describes know no resources', async () => {
    const credentials = await services.roleWith(allow('ec2:DescribeInstances'), allow('ec2:DescribeSubnets', arn('subnet/*')));
    expect(await ec2('DescribeInstances', {}, { credentials })).toMatchObject({ status: 200 });
    const denied = await ec2('DescribeSubnets', {}, { credentials });
    expect(denied).toMatchObject({ status: 403, code: 'UnauthorizedOperation' });
    expect(denied.message).toMatch(
      /^You are not authorized to perform this operation. User: .* is not authorized to perform: ec2:DescribeSubnets/,
    );
  });

  test.each<[string, (groupId: string) => object, boolean]>([
    ['on any group', () => allow('ec2:DeleteSecurityGroup'), true],
    ['on this group', (groupId) => allow('ec2:DeleteSecurityGroup', arn(`security-group/${groupId}`)), true],
    ['on another group', () => allow('ec2:DeleteSecurityGroup', arn('security-group/sg-1')), false],
    ['on groups of this VPC', () => allow('ec2:DeleteSecurityGroup', '*', { ArnEquals: { 'ec2:Vpc': arn(`vpc/${vpcId}`) } }), true],
    ['on groups of another VPC', () => allow('ec2:DeleteSecurityGroup', '*', { ArnEquals: { 'ec2:Vpc': arn('vpc/vpc-1') } }), false],
    ['on groups with the tag', () => allow('ec2:DeleteSecurityGroup', '*', { Null: { [`aws:ResourceTag/${managed}`]: 'false' } }), true],
    ['on groups with another tag', () => allow('ec2:DeleteSecurityGroup', '*', { Null: { 'aws:ResourceTag/Team': 'false' } }), false],
    ['in this Region', () => allow('ec2:DeleteSecurityGroup', '*', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }), true],
    ['in another Region', () => allow('ec2:DeleteSecurityGroup', '*', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }), false],
    ['of something else', () => allow('ec2:TerminateInstances'), false],
  ])('deleting a group, allowed %s', async (_name, statement, isAllowed) => {
    const groupId = await securityGroup({ Tags: [{ Key: managed, Value: 'drs.amazonaws.com' }] });
    const credentials = await services.roleWith(statement(groupId));
    const answer = await ec2('DeleteSecurityGroup', { GroupId: groupId }, { credentials });
    expect(answer.code).toBe(isAllowed ? undefined : 'UnauthorizedOperation');
    expect(services.ec2.network().securityGroups.has(groupId)).toBe(!isAllowed);
  });

  test('of a group that is gone, a condition on its VPC holds no more', async () => {
    const conditional = await services.roleWith(allow('ec2:DeleteSecurityGroup', '*', { ArnEquals: { 'ec2:Vpc': arn(`vpc/${vpcId}`) } }));
    const unconditional = await services.roleWith(allow('ec2:DeleteSecurityGroup'));
    const remove = async (credentials: typeof conditional) => (await ec2('DeleteSecurityGroup', { GroupId: 'sg-0' }, { credentials })).code;
    expect(await remove(conditional)).toBe('UnauthorizedOperation');
    expect(await remove(unconditional)).toBe('InvalidGroup.NotFound');
  });

  test('terminating an instance, by its tag', async () => {
    const credentials = await services.roleWith(
      allow('ec2:TerminateInstances', arn('instance/*'), { Null: { [`aws:ResourceTag/${managed}`]: 'false' } }),
    );
    const [mine, other] = [launch({ [managed]: '' }), launch()];
    const terminate = (...ids: string[]) =>
      ec2('TerminateInstances', Object.fromEntries(ids.map((id, index) => [`InstanceId.${index + 1}`, id])), { credentials });
    expect(await terminate(mine, other)).toMatchObject({ code: 'UnauthorizedOperation' });
    expect(services.ec2.network().instances.get(mine)?.state).toBe('running');
    expect(await terminate(mine)).toMatchObject({ status: 200 });
    expect(services.ec2.network().instances.get(mine)?.state).toBe('shutting-down');
  });
});

test('what the CDK command line asks of a VPC that it looks up', async () => {
  const routeTableId = await create('AWS::EC2::RouteTable', { VpcId: vpcId });
  await create('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: subnetId, RouteTableId: routeTableId });
  const inVpc = filters({ 'vpc-id': vpcId });
  expect((await ec2('DescribeVpcs', filters({ 'vpc-id': vpcId, isDefault: 'false' }))).all('cidrBlock')).toEqual(['10.0.0.0/16']);
  expect((await ec2('DescribeSubnets', inVpc)).all('availabilityZone')).toEqual(['eu-central-1b']);
  const tables = await ec2('DescribeRouteTables', inVpc);
  expect(tables.all('subnetId')).toEqual([subnetId]);
  expect(tables.all('main').sort()).toEqual(['false', 'true']);
  expect((await ec2('DescribeVpnGateways', filters({ 'attachment.vpc-id': vpcId, state: 'available' }))).all('item')).toEqual([]);
  expect((await ec2('DescribeAvailabilityZones')).all('zoneName')).toEqual(['eu-central-1a', 'eu-central-1b', 'eu-central-1c']);
});
