import { holds, resolve, Unresolved } from '../../../cli/template/resolve';
import { parametersOfUpdate, scopeOfDeployed, scopeOfUpdate } from '../../../cli/template/scope';
import { deployedStack } from '../stacks';
import type { DeployedStack, Template } from '../../../cli/template/template';

const VPC = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } };

const template: Template = {
  Parameters: {
    Owner: { Type: 'String', Default: 'nobody' },
    Zones: { Type: 'CommaDelimitedList' },
    Bootstrap: { Type: 'AWS::SSM::Parameter::Value<String>' },
    Secret: { Type: 'String', NoEcho: true },
  },
  Mappings: { Accounts: { production: { Id: '111122223333', Names: ['a', 'b'] } } },
  Conditions: {
    IsOwned: { 'Fn::Equals': [{ Ref: 'Owner' }, 'payments'] },
    IsNot: { 'Fn::Not': [{ Condition: 'IsOwned' }] },
    Both: { 'Fn::And': [{ Condition: 'IsOwned' }, { 'Fn::Equals': ['a', 'a'] }] },
    Either: { 'Fn::Or': [{ Condition: 'IsNot' }, { Condition: 'Both' }] },
    OnSecret: { 'Fn::Equals': [{ Ref: 'Secret' }, 'x'] },
  },
  Resources: {
    Vpc: VPC,
    Role: { Type: 'AWS::IAM::Role' },
    RoleWithPath: { Type: 'AWS::IAM::Role', Properties: { Path: '/teams/' } },
    Site: { Type: 'AWS::CloudFormation::Stack' },
  },
};

const stack: DeployedStack = {
  ...deployedStack({
    template,
    resources: {
      Vpc: ['AWS::EC2::VPC', 'vpc-1'],
      Role: ['AWS::IAM::Role', 'Teardown'],
      RoleWithPath: ['AWS::IAM::Role', 'Other'],
      Site: ['AWS::CloudFormation::Stack', 'arn:site'],
    },
    parameters: { Owner: 'payments', Zones: 'one, two', Bootstrap: '21', Secret: '****' },
  }),
  nested: new Map([['Site', deployedStack({ outputs: { RoleArn: 'arn:aws:iam::111122223333:role/OfSite' } })]]),
};

const scope = scopeOfDeployed(stack, template, (name) => ({ 'Network:Vpc': 'vpc-9' })[name]);

describe('a value of a deployed template', () => {
  test.each<[string, unknown, unknown]>([
    ['text', 'eu-central-1', 'eu-central-1'],
    ['a number and a truth value, as custom resources get them', { a: 5, b: true }, { a: '5', b: 'true' }],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'eu-central-1'],
    ['the partition', { Ref: 'AWS::Partition' }, 'aws'],
    ['the suffix of URLs', { Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
    ['nothing', { a: { Ref: 'AWS::NoValue' }, b: ['c', { Ref: 'AWS::NoValue' }] }, { b: ['c'] }],
    ['a parameter', { Ref: 'Owner' }, 'payments'],
    ['a list as a parameter', { Ref: 'Zones' }, ['one', 'two']],
    ['a parameter that names one of SSM', { Ref: 'Bootstrap' }, '21'],
    ['a resource', [{ Ref: 'Vpc' }], ['vpc-1']],
    ['the ARN of a role', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111122223333:role/Teardown'],
    ['the output of a nested stack', { 'Fn::GetAtt': ['Site', 'Outputs.RoleArn'] }, 'arn:aws:iam::111122223333:role/OfSite'],
    ['an export', { 'Fn::ImportValue': { 'Fn::Join': [':', ['Network', 'Vpc']] } }, 'vpc-9'],
    ['a join', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':drs']] }, 'arn:aws:drs'],
    [
      'a substitution',
      { 'Fn::Sub': '${AWS::AccountId}-${Owner}-${Role.Arn}-${!Owner}' },
      '111122223333-payments-arn:aws:iam::111122223333:role/Teardown-${Owner}',
    ],
    ['a substitution with variables', { 'Fn::Sub': ['${a}/${Owner}', { a: { Ref: 'Vpc' } }] }, 'vpc-1/payments'],
    ['a split and a selection', { 'Fn::Select': [1, { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    ['a mapping', { 'Fn::FindInMap': ['Accounts', 'production', 'Names'] }, ['a', 'b']],
    ['a choice', { 'Fn::If': ['IsOwned', 'yes', { Ref: 'Nobody' }] }, 'yes'],
    ['another choice', { 'Fn::If': ['IsNot', { Ref: 'Nobody' }, 'no'] }, 'no'],
  ])('%s', (_what, value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  test.each<[string, unknown, RegExp]>([
    ['a resource that is not there', { Ref: 'Nobody' }, /Nobody/],
    ['an attribute', { 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, /Vpc\.CidrBlock/],
    ['the ARN of a role with a path', { 'Fn::GetAtt': ['RoleWithPath', 'Arn'] }, /RoleWithPath\.Arn/],
    ['an output that is not there', { 'Fn::GetAtt': ['Site', 'Outputs.Nothing'] }, /Site\.Outputs\.Nothing/],
    ['a parameter that nobody is shown', { a: { Ref: 'Secret' } }, /Secret.*NoEcho/],
    ['an export that is not there', { 'Fn::ImportValue': 'Network:Nothing' }, /Network:Nothing/],
    ['a dynamic reference', '{{resolve:ssm:/name}}', /looked up by the deployment/],
    ['another function', { 'Fn::Transform': { Name: 'Mine' } }, /Fn::Transform/],
    ['an item that is not there', { 'Fn::Select': [7, ['a']] }, /no item 7/],
    ['what is no list', { 'Fn::Join': ['', 'abc'] }, /no list/],
    ['a mapping that is not there', { 'Fn::FindInMap': ['Accounts', 'test', 'Id'] }, /no mapping Accounts, test, Id/],
    ['a condition that is not there', { 'Fn::If': ['Nothing', 1, 2] }, /no condition Nothing/],
    ['a condition that can not be told', { 'Fn::If': ['OnSecret', 1, 2] }, /Secret/],
  ])("%s: can't be told, and is not guessed", (_what, value, why) => {
    expect(() => resolve(value, scope)).toThrow(Unresolved);
    expect(() => resolve(value, scope)).toThrow(why);
  });

  test.each([
    [undefined, true],
    ['IsOwned', true],
    ['IsNot', false],
    ['Both', true],
    ['Either', true],
  ])('the condition %s: %s', (name, expected) => {
    expect(holds(name, scope)).toBe(expected);
  });
});

describe('a value of the template of an update', () => {
  const next: Template = {
    ...template,
    Parameters: { ...template.Parameters, New: { Type: 'String', Default: 7 }, Newer: { Type: 'String' } },
    Resources: { ...template.Resources, RoleWithPath: { Type: 'AWS::IAM::Role', Properties: { Path: '/new/' } } },
  };
  const nextScope = scopeOfUpdate(stack, next, parametersOfUpdate(stack, next), () => undefined);

  test.each<[string, unknown, unknown]>([
    ['a parameter that the stack has: its value', { Ref: 'Owner' }, 'payments'],
    ['a new parameter: its default', { Ref: 'New' }, '7'],
    ['a resource that is declared as it was', { Ref: 'Vpc' }, 'vpc-1'],
    ['an attribute of one that is declared as it was', { 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::111122223333:role/Teardown'],
  ])('%s', (_what, value, expected) => {
    expect(resolve(value, nextScope)).toEqual(expected);
  });

  test.each<[string, unknown]>([
    ['a new parameter without a default', { Ref: 'Newer' }],
    ['a parameter that is read from SSM by the deployment', { Ref: 'Bootstrap' }],
    ['a resource that may be replaced', { Ref: 'RoleWithPath' }],
    ['a new resource', { Ref: 'Nobody' }],
  ])("%s: can't be told", (_what, value) => {
    expect(() => resolve(value, nextScope)).toThrow(Unresolved);
  });
});
