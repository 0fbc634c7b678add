import { planDeletion } from '../../../cli/operation/delete-stack';
import { planUpdate } from '../../../cli/operation/update-stack';
import { parseTemplate, type Template } from '../../../cli/template/template';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import { Failure } from '../../../lambda/aws/errors';
import { deployedStack } from '../stacks';

// Whatever one node of a template is instead of what it should be: the plan says a sentence, or goes on.

const ONE = 'arn:aws:drs:eu-central-1:111122223333:source-server/s-1a2b3c4d5e6f70001';
const TOKEN = { 'Fn::GetAtt': ['Function', 'Arn'] };
const TEMPLATE: Template = {
  Transform: ['AWS::LanguageExtensions'],
  Parameters: { Owner: { Type: 'String', Default: 'payments' }, Subnets: { Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1' } },
  Mappings: { Owners: { payments: { tag: 'p' } } },
  Conditions: {
    Ours: { 'Fn::Equals': [{ Ref: 'Owner' }, 'payments'] },
    Both: { 'Fn::And': [{ Condition: 'Ours' }, { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }] },
  },
  Resources: {
    Server: {
      Type: SOURCE_SERVER_DISCONNECTION,
      Condition: 'Both',
      Properties: {
        ServiceToken: TOKEN,
        SourceServerArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, { 'Fn::Sub': ONE.slice('arn:aws'.length) }]] },
      },
    },
    Fleet: {
      Type: FLEET_DISCONNECTION,
      Properties: {
        ServiceToken: TOKEN,
        Region: { 'Fn::If': ['Both', { Ref: 'AWS::Region' }, 'eu-west-1'] },
        Tags: { owner: { 'Fn::FindInMap': ['Owners', { Ref: 'Owner' }, 'tag'] } },
      },
    },
    Drain: {
      Type: STAGING_AREA_DRAIN,
      DeletionPolicy: 'Retain',
      Properties: { ServiceToken: TOKEN, Drain: 'c8', Link: '0', VpcId: 'vpc-1', SubnetIds: { Ref: 'Subnets' } },
    },
    Nested: {
      Type: 'AWS::CloudFormation::Stack',
      Metadata: { 'aws:asset:path': 'nested.json' },
      Properties: { TemplateURL: 'https://s3.amazonaws.com/bucket/x.json', Parameters: { Arn: { 'Fn::Select': [0, [ONE]] } } },
    },
  },
};

const stackWith = (template: Template) => ({
  ...deployedStack({
    template,
    resources: {
      Server: [SOURCE_SERVER_DISCONNECTION, ONE],
      Fleet: [FLEET_DISCONNECTION, 'drs:fleet:111122223333:eu-central-1:0123456789abcdef'],
      Drain: [STAGING_AREA_DRAIN, 'drs:drain:111122223333:eu-central-1:vpc-1:c8:0'],
    },
  }),
  nested: new Map([['Nested', deployedStack({ name: 'Nested', resources: { One: [SOURCE_SERVER_DISCONNECTION, ONE] } })]]),
});

/** The template, once for each node that is something else. */
function* withOdd(node: unknown, odd: unknown): Generator<unknown> {
  yield odd;
  if (typeof node === 'object' && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      for (const other of withOdd(value, odd)) {
        yield Array.isArray(node) ? Object.assign([...(node as unknown[])], { [key]: other }) : { ...node, [key]: other };
      }
    }
  }
}

const ODD = [null, 5, '', 'x', [], {}, true, ['x'], { Ref: 'x' }, { 'Fn::If': 5 }];

test.each(ODD)('any node is %j', (odd) => {
  const outcomes = [...withOdd(TEMPLATE, odd)].map((template) => {
    try {
      const parsed = parseTemplate(JSON.stringify(template), 'x');
      if (!parsed) {
        return 'no template';
      }
      const exports = () => undefined;
      const changes = [
        ...planUpdate(stackWith(TEMPLATE), { template: parsed, directory: 'nowhere' }, exports),
        ...planUpdate(stackWith(parsed), { template: TEMPLATE, directory: 'nowhere' }, exports),
        ...planDeletion(stackWith(parsed), exports),
      ];
      expect(changes.map(({ change }) => change.kind)).toEqual(expect.arrayContaining(['unknown']));
      return 'planned';
    } catch (error) {
      return error instanceof Failure ? 'refused' : error;
    }
  });
  expect(outcomes.length).toBeGreaterThan(80);
  expect(outcomes.filter((outcome) => typeof outcome !== 'string')).toEqual([]);
});

test('as it is, nothing of it is odd', () => {
  const changes = planUpdate(stackWith(TEMPLATE), { template: TEMPLATE, directory: 'nowhere' }, () => undefined);
  expect(changes.map(({ resource, change }) => [resource.logicalId, change.kind])).toEqual([
    ['Server', 'kept'],
    ['Fleet', 'kept'],
    ['Drain', 'kept'],
    ['One', 'unknown'],
  ]);
});
