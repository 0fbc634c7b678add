import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CODE } from '../../bin/landing-zone/default-settings-code';
import { readContext } from '../../bin/landing-zone/context';
import { DefaultSettings } from '../../bin/landing-zone/default-settings';
import { LandingZone } from '../../bin/landing-zone/landing-zone';
import { TeardownFunction } from '../../lib';

const [ONE, OTHER] = ['s-1234567890abcdef0', 's-1234567890abcdef1'];
const ENV = { account: '111122223333', region: 'eu-central-1' };
const ZONES = { 'availability-zones:account=111122223333:region=eu-central-1': ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'] };

/** As the app that cdk.json names makes it. */
function landingZone(context: object = {}): LandingZone {
  const app = new App({ context: { ...ZONES, ...context } });
  return new LandingZone(app, 'DisasterRecoveryLandingZone', { env: ENV, ...readContext(app.node) });
}

const templateOf = (context?: object) => Template.fromStack(landingZone(context));

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties?: Record<string, unknown>;
}
type Resources = Record<string, Resource>;

const resourcesOf = (template: Template) => template.toJSON().Resources as Resources;

/** The logical IDs that a resource names, as what it depends on or in its properties. */
function namedBy({ DependsOn = [], Properties }: Resource, resources: Resources): string[] {
  const text = JSON.stringify(Properties ?? {});
  return Object.keys(resources).filter((id) => DependsOn.includes(id) || text.includes(`{"Ref":"${id}"}`) || text.includes(`["${id}",`));
}

/** The logical IDs of what CloudFormation deletes after a resource. */
function deletedAfter(id: string, resources: Resources, found = new Set<string>()): Set<string> {
  for (const next of namedBy(resources[id], resources)) {
    if (!found.has(next)) deletedAfter(next, resources, found.add(next));
  }
  return found;
}

const idsLike = (pattern: RegExp, resources: Resources) =>
  Object.entries(resources)
    .filter(([id, { Type }]) => pattern.test(`${id} ${Type}`))
    .map(([id]) => id);

describe('the default landing zone', () => {
  const template = templateOf();

  test('is a network, its endpoints, a fleet, a drain, default settings and alarms', () => {
    const counts: Record<string, number> = {};
    for (const { Type } of Object.values(resourcesOf(template))) counts[Type] = (counts[Type] ?? 0) + 1;
    expect(counts).toEqual({
      'AWS::CloudWatch::Alarm': 2,
      'AWS::EC2::FlowLog': 1,
      'AWS::EC2::RouteTable': 2,
      'AWS::EC2::SecurityGroup': 2,
      'AWS::EC2::Subnet': 2,
      'AWS::EC2::SubnetRouteTableAssociation': 2,
      'AWS::EC2::VPC': 1,
      'AWS::EC2::VPCEndpoint': 4,
      'AWS::IAM::Policy': 6,
      'AWS::IAM::Role': 3,
      'AWS::Lambda::Function': 2,
      'AWS::Logs::LogGroup': 3,
      'AWS::SNS::Topic': 1,
      'AWS::SNS::TopicPolicy': 1,
      'Custom::DRSDefaultSettings': 1,
      'Custom::DRSFleetDisconnection': 1,
      'Custom::DRSStagingAreaDrain': 7,
    });
  });

  test('has no way to or from the internet, and endpoints for all that replication servers and agents call', () => {
    const resources = resourcesOf(template);
    expect(idsLike(/AWS::EC2::(Route|InternetGateway|NatGateway|VPCGatewayAttachment)$/, resources)).toEqual([]);
    const shown = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::EC2::VPCEndpoint')
      .map(
        ({ Properties }) =>
          `${String(Properties?.VpcEndpointType)} ${JSON.stringify(Properties?.ServiceName).replace(/.*\.(\w+)"?.*/, '$1')}`,
      );
    expect(shown.sort()).toEqual(['Gateway s3', 'Interface drs', 'Interface ec2', 'Interface s3']);
  });

  test('replicates into the first subnet, through a group that only lets replicated data in', () => {
    const [settings] = Object.values(resourcesOf(template)).filter(({ Type }) => Type === 'Custom::DRSDefaultSettings');
    const [, parts] = (settings.Properties?.Replication as { 'Fn::Join': [string, unknown[]] })['Fn::Join'];
    const references = parts.filter((part) => typeof part !== 'string');
    expect(references).toEqual([
      { Ref: expect.stringMatching(/StagingSubnet1/) },
      { 'Fn::GetAtt': [expect.stringMatching(/ReplicationServers/), 'GroupId'] },
    ]);
    expect(JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'REFERENCE')).join(''))).toMatchObject({
      stagingAreaSubnetId: 'REFERENCE',
      associateDefaultSecurityGroup: false,
      replicationServersSecurityGroupsIDs: ['REFERENCE'],
      dataPlaneRouting: 'PRIVATE_IP',
      createPublicIP: false,
      pitPolicy: [
        { ruleID: 1, interval: 10, units: 'MINUTE', retentionDuration: 60 },
        { ruleID: 2, interval: 1, units: 'HOUR', retentionDuration: 24 },
        { ruleID: 3, interval: 1, units: 'DAY', retentionDuration: 7 },
      ],
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('^Replication servers'),
      SecurityGroupIngress: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((CidrIp) =>
        Match.objectLike({ CidrIp, IpProtocol: 'tcp', FromPort: 1500, ToPort: 1500 }),
      ),
      SecurityGroupEgress: [Match.objectLike({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 })],
    });
  });

  test('lets alarms publish to its topic, and only them', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': ENV.account } },
          }),
        ],
      },
    });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [{ Ref: Match.stringLikeRegexp('Topic') }] });
  });
});

test('alarms of failed deletions, and of the lag of any server, by a query that alarms take', () => {
  const template = templateOf();
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'cdk-drs',
    MetricName: 'FailedDeletions',
    Dimensions: [{ Name: 'StackName', Value: 'DisasterRecoveryLandingZone' }],
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 0,
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Metrics: [
      Match.objectLike({
        Expression: 'SELECT MAX(LagDuration) FROM SCHEMA("AWS/DRS", SourceServerID) GROUP BY SourceServerID',
        Period: 300,
        ReturnData: true,
      }),
    ],
    Threshold: 900,
    EvaluationPeriods: 3,
  });
});

describe('the order of the teardown', () => {
  const resources = resourcesOf(templateOf({ sourceServerIds: `${ONE},${OTHER}`, alarmEmail: 'dr@example.com' }));

  // What CloudFormation deletes first, and what only then; it creates the other way round.
  test.each<[string, RegExp, RegExp]>([
    ['the alarm of a lag, then its server', /^AlarmsLags1234567890abcdef0/, /^Disconnections1234567890abcdef0/],
    ['the alarm of all lags, then the fleet', /^AlarmsLag(?!s)/, /Custom::DRSFleetDisconnection/],
    ['disconnections, then every link of the drain', /Custom::DRS(Fleet|SourceServer)Disconnection/, /Custom::DRSStagingAreaDrain/],
    ['every link, then the alarm of failed deletions', /Custom::DRSStagingAreaDrain/, /^AlarmsFailedDeletions/],
    ['every link, then all of the staging area', /Custom::DRSStagingAreaDrain/, /^StagingArea(?!Drain)/],
    ['every alarm, then who is told', /AWS::CloudWatch::Alarm/, /AWS::SNS::/],
  ])('%s', (_order, first, then) => {
    const [firsts, thens] = [idsLike(first, resources), idsLike(then, resources)];
    expect(firsts.length).toBeGreaterThan(0);
    expect(thens.length).toBeGreaterThan(0);
    for (const id of firsts) {
      expect([...deletedAfter(id, resources)]).toEqual(expect.arrayContaining(thens));
    }
  });
});

test('no deletion waits for default settings, and they are never deleted', () => {
  const resources = resourcesOf(templateOf({ sourceServerIds: `${ONE},${OTHER}` }));
  const [settings] = idsLike(/Custom::DRSDefaultSettings/, resources);
  expect(resources[settings]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  for (const id of idsLike(/Custom::DRS(Fleet|SourceServer|Staging)/, resources)) {
    expect(deletedAfter(settings, resources)).not.toContain(id);
  }
});

test('the code of the default settings fits into a template', () => {
  expect(CODE.length).toBeLessThanOrEqual(4096);
});

test('the order has gaps where there is none', () => {
  const resources: Resources = {
    A: { Type: 'T', DependsOn: ['B'] },
    B: { Type: 'T', Properties: { X: { Ref: 'C' } } },
    C: { Type: 'T' },
    D: { Type: 'T' },
  };
  expect([...deletedAfter('A', resources)]).toEqual(['B', 'C']);
});

test.each([[{}], [{ sourceServerIds: [ONE] }]])('synthesis has nothing to warn of, with %j', (context) => {
  const stack = landingZone(context);
  Template.fromStack(stack);
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  expect(Annotations.fromStack(stack).findError('*', Match.anyValue())).toEqual([]);
});

describe('context', () => {
  // Each as a text by -c, and as JSON in cdk.json.
  test.each([
    ['a list', `${ONE}, ${OTHER}`],
    ['JSON', [ONE, OTHER]],
  ])('sourceServerIds, as %s: a disconnection and an alarm for each', (_form, sourceServerIds) => {
    const template = templateOf({ sourceServerIds });
    template.resourceCountIs('Custom::DRSSourceServerDisconnection', 2);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/DRS',
      MetricName: 'LagDuration',
      Dimensions: [{ Name: 'SourceServerID', Value: OTHER }],
      TreatMissingData: 'breaching',
    });
    template.resourceCountIs('AWS::CloudWatch::Alarm', 4);
  });

  test('sourceServerIds as an empty list of JSON: none', () => {
    templateOf({ sourceServerIds: [] }).resourceCountIs('Custom::DRSSourceServerDisconnection', 0);
  });

  test.each([
    [undefined, { 'landing-zone': 'DisasterRecoveryLandingZone' }],
    ['app=shop, formula=a=b', { app: 'shop', formula: 'a=b' }],
    [{ app: 'shop' }, { app: 'shop' }],
  ])('fleetTags %j', (fleetTags, Tags) => {
    templateOf({ fleetTags }).hasResourceProperties('Custom::DRSFleetDisconnection', { Tags });
  });

  test.each([
    [undefined, '10.255.0.0/22', '10.255.0.0/23'],
    ['172.20.0.0/24', '172.20.0.0/24', '172.20.0.0/25'],
  ])('vpcCidr %j', (vpcCidr, CidrBlock, ofSubnet) => {
    const template = templateOf({ vpcCidr });
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock });
    template.hasResourceProperties('AWS::EC2::Subnet', { CidrBlock: ofSubnet, AvailabilityZone: 'eu-central-1a' });
  });

  test.each(['192.168.1.0/24,192.168.2.0/24', ['192.168.1.0/24', '192.168.2.0/24']])('sourceCidrs %j', (sourceCidrs) => {
    const template = templateOf({ sourceCidrs });
    for (const [description, port] of [
      ['^Replication', 1500],
      ['^Endpoints', 443],
    ] as const) {
      template.hasResourceProperties('AWS::EC2::SecurityGroup', {
        GroupDescription: Match.stringLikeRegexp(description),
        SecurityGroupIngress: Match.arrayWith([
          Match.objectLike({ CidrIp: '192.168.1.0/24', FromPort: port }),
          Match.objectLike({ CidrIp: '192.168.2.0/24', FromPort: port }),
        ]),
      });
    }
  });

  test.each([
    [undefined, 1],
    ['true', 1],
    [false, 0],
    ['false', 0],
  ])('defaultSettings %j', (defaultSettings, count) => {
    const template = templateOf({ defaultSettings });
    template.resourceCountIs('Custom::DRSDefaultSettings', count);
  });

  test('alarmEmail', () => {
    templateOf().resourceCountIs('AWS::SNS::Subscription', 0);
    templateOf({ alarmEmail: 'dr@example.com' }).hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'dr@example.com',
    });
  });

  test.each([
    [undefined, false],
    ['false', false],
    [false, false],
    ['true', true],
  ])('terminationProtection %j', (terminationProtection, expected) => {
    expect(landingZone({ terminationProtection }).terminationProtection).toBe(expected);
  });

  test('each key is described by the app and by docs/landing-zone.md, with the same default', () => {
    const defaults = (file: string, row: RegExp) =>
      Object.fromEntries(Array.from(readFileSync(file, 'utf8').matchAll(row), ([, key, value]) => [key, value.replaceAll('`', '')]));
    const inDocument = defaults('docs/landing-zone.md', /^\| `(\w+)` +\| [^|]*? +\| ([^|]+?) +\|$/gm);
    const inApp = defaults('bin/landing-zone.ts', /^ \* {3}(\w+) {2}(?:(?!^ \* {3}\w)[^])*?Default: (.+?)(?:;.*)?$/gm);
    expect(Object.keys(inApp).sort()).toEqual(Object.keys(readContext(new App().node)).sort());
    expect(inDocument).toMatchObject(inApp);
  });

  test.each([
    ['an empty list', { sourceServerIds: ' , ' }, 'must be IDs separated by commas'],
    ['a variable that is not set', { sourceServerIds: '' }, 'must be IDs separated by commas'],
    ['not a list', { sourceServerIds: { s: 1 } }, 'must be IDs separated by commas'],
    ['a list of something else', { sourceServerIds: [1] }, 'must be IDs separated by commas'],
    ['a malformed ID', { sourceServerIds: `${ONE},s-1` }, "'s-1' is not the ID of a source server"],
    ['an ARN', { sourceServerIds: `arn:aws:drs:eu-central-1:111122223333:source-server/${ONE}` }, 'is not the ID of a source server'],
    ['a server twice', { sourceServerIds: `${ONE},${ONE}` }, `names ${ONE} twice`],
    ['no tag', { fleetTags: '' }, "'fleetTags'"],
    ['a tag without a value', { fleetTags: 'landing-zone' }, "'fleetTags'"],
    ['a tag with an empty value', { fleetTags: 'landing-zone=' }, "'fleetTags'"],
    ['a tag twice', { fleetTags: 'a=b,a=c' }, "'fleetTags'"],
    ['tags in a list of JSON objects', { fleetTags: [{ a: 'b' }] }, "'fleetTags'"],
    ['a tag that is a number', { fleetTags: { a: 1 } }, "'fleetTags'"],
    ['an address without a size', { vpcCidr: '10.0.0.0' }, "'vpcCidr'"],
    ['a VPC that is too small', { vpcCidr: '10.0.0.0/28' }, "'vpcCidr'"],
    ['an address that is none', { vpcCidr: '10.0.256.0/24' }, "'vpcCidr'"],
    ['sources that are none', { sourceCidrs: '10.0.0.0/8,everywhere' }, "'sourceCidrs'"],
    ['neither true nor false', { defaultSettings: 'no' }, "'defaultSettings'"],
    ['a number', { terminationProtection: 1 }, "'terminationProtection'"],
    ['no address', { alarmEmail: 'dr' }, "'alarmEmail'"],
  ])('%s: a line says so', (_what, context, message) => {
    expect(() => landingZone(context)).toThrow(message);
    expect(() => landingZone(context)).not.toThrow('\n');
  });
});

// Of stacks that the first version deployed.
test('what is deployed keeps its logical ID', () => {
  expect(resourcesOf(templateOf({ sourceServerIds: ONE }))).toMatchObject({
    Disconnections1234567890abcdef06ADFDC69: {
      Type: 'Custom::DRSSourceServerDisconnection',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['DRSTeardownFunction243CB178', 'Arn'] } },
    },
    DRSTeardownFunction243CB178: { Type: 'AWS::Lambda::Function' },
    DRSTeardownFunctionRoleBC901901: { Type: 'AWS::IAM::Role' },
    DRSTeardownFunctionLogGroup6FF35BD7: { Type: 'AWS::Logs::LogGroup' },
  });
});

test('named servers do not widen what the function of the fleet may do', () => {
  const policiesOfFleet = (context: object) =>
    Object.entries(resourcesOf(templateOf(context))).filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith('Fleet'));
  expect(policiesOfFleet({}).length).toBe(4);
  expect(policiesOfFleet({ sourceServerIds: ONE })).toEqual(policiesOfFleet({}));
});

describe('cdk-nag', () => {
  /** Every finding of the AwsSolutions pack, and why it stays. */
  const ACKNOWLEDGED = {
    'IAM5[Resource::*]': 'The describe actions of DRS and EC2 know no resources, and its default settings none before they are there.',
    'IAM5[Resource::arn:<AWS::Partition>:cloudformation:eu-central-1:111122223333:stack/*]':
      'The ancestors of a nested stack tell a deletion from a rollback, and no template knows their names.',
    'IAM5[Resource::arn:<AWS::Partition>:drs:eu-central-1:111122223333:source-server/*]':
      'One grant serves every named server of the Region; the one of the fleet asks for its tags.',
    'IAM5[Resource::arn:<AWS::Partition>:ec2:eu-central-1:111122223333:security-group/*]':
      'Nobody knows the groups that DRS will make; only in this VPC, and only with the tag of DRS.',
  };

  function check(acknowledged: Record<string, string>) {
    const stack = landingZone({ sourceServerIds: ONE, alarmEmail: 'dr@example.com' });
    const app = stack.node.root as App;
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const functions = stack.node.children.filter((child) => child instanceof TeardownFunction || child instanceof DefaultSettings);
    for (const [finding, reason] of Object.entries(acknowledged)) {
      functions.forEach((each) => Validations.of(each).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason }));
    }
    app.synth();
  }

  test('finds nothing but what the grants need', () => {
    expect(() => check(ACKNOWLEDGED)).not.toThrow();
  });

  test.each(Object.keys(ACKNOWLEDGED))('finds %s', (finding) => {
    const others = Object.fromEntries(Object.entries(ACKNOWLEDGED).filter(([other]) => other !== finding));
    expect(() => check(others)).toThrow(finding);
  });
});

describe('the app that cdk.json names', () => {
  /** Runs it as the CDK's command line would; `npm test` has built it. */
  function run(context: object) {
    const directory = mkdtempSync(path.join(tmpdir(), 'landing-zone-'));
    const env = { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) };
    const { status, stderr } = spawnSync(process.execPath, ['.build/landing-zone.js'], { env, encoding: 'utf8' });
    const templates = existsSync(directory) ? readdirSync(directory).filter((file) => file.endsWith('.template.json')) : [];
    rmSync(directory, { recursive: true, force: true });
    return { status, stderr, templates };
  }

  test('needs no context and no account', () => {
    expect(run({})).toEqual({ status: 0, stderr: '', templates: ['DisasterRecoveryLandingZone.template.json'] });
  });

  test('shows a mistake in a line, and leaves no template behind that would disconnect the others', () => {
    const { status, stderr, templates } = run({ sourceServerIds: `${ONE},s-1` });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining("'s-1' is not the ID of a source server")]);
    expect(templates).toEqual([]);
  });
});
