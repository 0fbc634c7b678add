import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Change } from '../../../cli/operation/planned-change';
import { planDeletion } from '../../../cli/operation/delete-stack';
import { planUpdate } from '../../../cli/operation/update-stack';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import { readFleet } from '../../../lambda/fleet/fleet';
import { deployedStack } from '../stacks';
import type { DeployedStack, ResourceDeclaration, Template } from '../../../cli/template/template';

// What becomes of a resource before anybody asks DRS: what CloudFormation does, and what the handler makes of it.

type Declared = Readonly<Record<string, ResourceDeclaration>>;

const [ONE, TWO] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'].map((id) => `arn:aws:drs:eu-central-1:111122223333:source-server/${id}`);

const server = (arn: unknown, more: Partial<ResourceDeclaration> = {}): ResourceDeclaration => ({
  Type: SOURCE_SERVER_DISCONNECTION,
  ...more,
  Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, SourceServerArn: arn, ...more.Properties },
});
const fleet = (tag: unknown, more: Partial<ResourceDeclaration> = {}): ResourceDeclaration => ({
  Type: FLEET_DISCONNECTION,
  Properties: { Region: { Ref: 'AWS::Region' }, Tags: { owner: tag } },
  ...more,
});
const link = (vpc: string, index = 0): ResourceDeclaration => ({
  Type: STAGING_AREA_DRAIN,
  Properties: { Drain: 'c8', Link: String(index), VpcId: vpc, SubnetIds: ['subnet-1'] },
});
/** Its name has the hash of its content. */
const OLD = `https://s3.eu-central-1.amazonaws.com/assets/${'0123456789abcdef'.repeat(4)}.json`;

const nestedStack = (url: unknown, more: Partial<ResourceDeclaration> = {}): ResourceDeclaration => ({
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: url },
  ...more,
});
const retained = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

function physicalIdOf({ Type, Properties = {} }: ResourceDeclaration): string {
  const { stack } = { stack: deployedStack().identity };
  switch (Type) {
    case SOURCE_SERVER_DISCONNECTION:
      return String(Properties.SourceServerArn);
    case FLEET_DISCONNECTION:
      return readFleet({ stack, properties: { ...Properties, Region: 'eu-central-1' } }).physicalId;
    case STAGING_AREA_DRAIN:
      return `drs:drain:111122223333:eu-central-1:${String(Properties.VpcId)}:${String(Properties.Drain)}:${String(Properties.Link)}`;
    default:
      return 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Nested/0a1b';
  }
}

function deployed(declared: Declared, nested: Readonly<Record<string, DeployedStack>> = {}): DeployedStack {
  const resources = Object.entries(declared).map(
    ([logicalId, declaration]) => [logicalId, [declaration.Type, physicalIdOf(declaration)]] as const,
  );
  return deployedStack({
    template: { Resources: declared },
    resources: Object.fromEntries(resources),
    nested: new Map(Object.entries(nested)),
  });
}

const noExports = () => undefined;

const deletion = (stack: DeployedStack) =>
  Object.fromEntries(planDeletion(stack, noExports).map(({ resource, change }) => [resource.logicalId, told(change)]));

const update = (stack: DeployedStack, declared: Declared, rest: Partial<Template> = {}, directory = 'nowhere') =>
  Object.fromEntries(
    planUpdate(stack, { template: { ...rest, Resources: declared }, directory }, noExports).map(({ resource, change }) => [
      resource.logicalId,
      told(change),
    ]),
  );

function told(change: Change): string {
  return `${change.kind}${'why' in change ? `: ${String(change.why)}` : ''}${change.isRefusable ? ', or refused' : ''}`;
}

describe('The stack is deleted', () => {
  test.each<[string, DeployedStack, Record<string, string>]>([
    ['it goes', deployed({ A: server(ONE), B: fleet('payments'), C: link('vpc-1') }), { A: 'deleted', B: 'deleted', C: 'deleted' }],
    ['with DeletionPolicy Retain', deployed({ A: server(ONE, retained) }), { A: 'kept: the DeletionPolicy is Retain' }],
    [
      'with DeletionPolicy RetainExceptOnCreate',
      deployed({ A: server(ONE, { DeletionPolicy: 'RetainExceptOnCreate' }) }),
      { A: 'kept: the DeletionPolicy is RetainExceptOnCreate' },
    ],
    ['with DeletionPolicy Delete', deployed({ A: server(ONE, { DeletionPolicy: 'Delete' }) }), { A: 'deleted' }],
    ['in a nested stack', deployed({ N: nestedStack('one') }, { N: deployed({ A: server(ONE) }) }), { A: 'deleted' }],
    [
      'in a nested stack that is retained',
      deployed({ N: nestedStack('one', retained) }, { N: deployed({ A: server(ONE) }) }),
      { A: 'kept: the DeletionPolicy of the nested stack LandingZone is Retain' },
    ],
    [
      'deployed with a template that is not JSON',
      { ...deployed({ A: server(ONE) }), template: undefined },
      { A: "unknown: the DeletionPolicy can't be told" },
    ],
    [
      'with a DeletionPolicy that is not plain',
      deployed({ A: server(ONE, { DeletionPolicy: { Ref: 'Policy' } }) }),
      { A: "unknown: the DeletionPolicy can't be told" },
    ],
  ])('%s', (_what, stack, expected) => {
    expect(deletion(stack)).toEqual(expected);
  });
});

describe('The stack is updated', () => {
  const nothing = { Other: { Type: 'AWS::SNS::Topic' } };

  test.each<[string, Declared, Declared, Record<string, string>]>([
    ['as it is', { A: server(ONE) }, { A: server(ONE) }, { A: 'kept: it is still declared' }],
    [
      'with other options',
      { A: server(ONE) },
      { A: server(ONE, { Properties: { DeleteSourceServer: 'true' } }) },
      { A: 'kept: it is still declared' },
    ],
    ['removed', { A: server(ONE) }, nothing, { A: 'cleaned up' }],
    ['removed, with the old DeletionPolicy Retain', { A: server(ONE, retained) }, nothing, { A: 'kept: its DeletionPolicy is Retain' }],
    ['renamed', { A: server(ONE) }, { B: server(ONE) }, { A: 'kept: it is still declared in the stack, as B' }],
    [
      'renamed, written otherwise',
      { A: server(ONE) },
      { B: server({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ONE.slice('arn:aws'.length)]] }) },
      { A: 'kept: it is still declared in the stack, as B' },
    ],
    [
      'removed, and another one may declare it',
      { A: server(ONE) },
      { B: server({ Ref: 'New' }) },
      { A: expect.stringMatching(/^unknown: it may still be declared, as B, of which it can't be told what it stands for: .*New/) },
    ],
    ['another server', { A: server(ONE) }, { A: server(TWO) }, { A: 'cleaned up, or refused' }],
    [
      'another server, and the old one is retained',
      { A: server(ONE, retained) },
      { A: server(TWO, { ...retained, Properties: { RetainOnReplace: 'true' } }) },
      { A: 'kept: its UpdateReplacePolicy is Retain' },
    ],
    [
      'another server, and it begins to be retained',
      { A: server(ONE) },
      { A: server(TWO, retained) },
      {
        A: 'unknown: its UpdateReplacePolicy changes together with what it stands for, and AWS does not document which one counts, or refused',
      },
    ],
    [
      'two servers are swapped',
      { A: server(ONE), B: server(TWO) },
      { A: server(TWO), B: server(ONE) },
      { A: 'kept: it is still declared in the stack, as B, or refused', B: 'kept: it is still declared in the stack, as A, or refused' },
    ],
    [
      "another server, which can't be told",
      { A: server(ONE) },
      { A: server({ Ref: 'New' }) },
      { A: expect.stringMatching(/^unknown: .*SourceServerArn.*New/) },
    ],
    ['another type', { A: server(ONE) }, { A: fleet('payments') }, { A: 'unknown: its type changes, which CloudFormation refuses' }],
    ['a fleet, removed', { A: fleet('payments') }, nothing, { A: 'cleaned up' }],
    ['a fleet, renamed', { A: fleet('payments') }, { B: fleet('payments') }, { A: 'kept: it is still declared in the stack, as B' }],
    ['a fleet, renamed and changed', { A: fleet('payments') }, { B: fleet('trade') }, { A: 'cleaned up' }],
    [
      'a fleet of another selection',
      { A: fleet('payments') },
      { A: fleet('trade') },
      { A: 'kept: A is still a resource of the stack: it was replaced, not removed' },
    ],
    ['a fleet in the place of a server', { A: server(ONE) }, { B: fleet('payments') }, { A: 'cleaned up' }],
    ['a drain, removed', { A: link('vpc-1') }, nothing, { A: 'cleaned up' }],
    [
      'a drain of another VPC',
      { A: link('vpc-1') },
      { A: link('vpc-2') },
      { A: 'kept: A is still a resource of the stack: it was replaced, not removed' },
    ],
    ['under a condition that does not hold', { A: server(ONE) }, { A: server(ONE, { Condition: 'Never' }) }, { A: 'cleaned up' }],
    [
      "under a condition that can't be told",
      { A: server(ONE) },
      { A: server(ONE, { Condition: 'Perhaps' }) },
      { A: expect.stringMatching(/^unknown: .*New/) },
    ],
  ])('%s', (_what, before, after, expected) => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] }, Perhaps: { 'Fn::Equals': [{ Ref: 'New' }, 'b'] } };
    const Parameters = { New: { Type: 'String' } };
    expect(update(deployed(before), after, { Conditions, Parameters })).toEqual(expected);
  });

  describe('the new template has macros', () => {
    test.each<[string, Partial<Template>]>([
      ['AWS::Include', { Transform: 'AWS::Include' }],
      ['Mine', { Transform: ['AWS::Serverless-2016-10-31', 'Mine'] }],
      ['AWS::Include', { Transform: { Name: 'AWS::Include' } }],
      ['a macro without a name', { Transform: {} }],
      ['Fn::Transform', { Mappings: { M: { a: { 'Fn::Transform': { Name: 'AWS::Include' } } } } }],
      ['Fn::ForEach::Servers', { Transform: 'AWS::LanguageExtensions', Conditions: { 'Fn::ForEach::Servers': [] } }],
    ])('%s: nothing of it can be told', (macro, rest) => {
      const expected = `unknown: ${macro} makes another template of the new one, which can't be told from here`;
      expect(update(deployed({ A: server(ONE), B: server(TWO) }), { A: server(ONE) }, rest)).toEqual({ A: expected, B: expected });
    });

    test.each([
      'AWS::Serverless-2016-10-31',
      'AWS::SecretsManager-2020-07-23',
      'AWS::SecretsManager-2024-09-16',
      'AWS::CodeDeployBlueGreen',
      'AWS::LanguageExtensions',
    ])('%s leaves our resources as they are', (Transform) => {
      const stack = deployed({ A: server(ONE), B: server(TWO) });
      const expected = { A: 'kept: it is still declared', B: 'cleaned up' };
      expect(update(stack, { A: server(ONE) }, { Transform })).toEqual(expected);
      expect(update(stack, { A: server(ONE) }, { Transform: [Transform] })).toEqual(expected);
    });
  });

  describe('another function', () => {
    const withToken = (ServiceToken: unknown) => server(ONE, { Properties: { ServiceToken } });
    const other = { 'Fn::GetAtt': ['OtherFunction', 'Arn'] };

    test('for the same resource: CloudFormation refuses it', () => {
      expect(update(deployed({ A: server(ONE) }), { A: withToken(other) })).toEqual({
        A: 'unknown: its ServiceToken changes, which CloudFormation refuses',
      });
    });

    test('declares the server from now on: it can not be told, since nobody knows which physical ID that one gives', () => {
      expect(update(deployed({ A: server(ONE) }), { B: withToken(other) })).toEqual({
        A: "unknown: it may still be declared, as B, of which it can't be told what it stands for: its ServiceToken is another function than that of what is deployed",
      });
    });

    test('declares the server from now on, and has resources already: it is ours', () => {
      const before = deployed({ A: server(ONE), C: server(TWO, { Properties: { ServiceToken: other } }) });
      expect(update(before, { B: withToken(other), C: server(TWO, { Properties: { ServiceToken: other } }) })).toEqual({
        A: 'kept: it is still declared in the stack, as B',
        C: 'kept: it is still declared',
      });
    });

    test('by a parameter that changes', () => {
      const Parameters = { Token: { Type: 'String', Default: 'arn:new' } };
      const before = deployed({ A: withToken({ Ref: 'Token' }) });
      const stack = { ...before, parameters: { Token: 'arn:old' }, template: { Parameters, Resources: before.template!.Resources } };
      expect(update(stack, { A: withToken({ Ref: 'Token' }) }, { Parameters })).toEqual({ A: 'kept: it is still declared' });
      expect(update(stack, { A: withToken({ Ref: 'Other' }) }, { Parameters: { Other: { Type: 'String', Default: 'arn:new' } } })).toEqual({
        A: 'unknown: its ServiceToken changes, which CloudFormation refuses',
      });
    });
  });

  test('deployed with a template that is not JSON', () => {
    expect(update({ ...deployed({ A: server(ONE) }), template: undefined }, nothing)).toEqual({
      A: 'unknown: the template that is deployed is not JSON, or does not hold it',
    });
  });

  describe('a nested stack', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'cdk-drs-plan-'));
    afterAll(() => rmSync(directory, { recursive: true }));
    const asset = (name: string, declared: Declared, parameters: object = {}) => {
      const template = { Parameters: { Arn: { Type: 'String' } }, Resources: declared };
      // As the CDK does: the hash is of the content without the indentation.
      const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex');
      writeFileSync(path.join(directory, name), JSON.stringify(template, undefined, 1));
      const TemplateURL = { 'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/assets/${hash}.json` };
      return nestedStack('', { Metadata: { 'aws:asset:path': name }, Properties: { TemplateURL, Parameters: parameters } });
    };

    test.each<[string, Declared, Record<string, string>]>([
      ['with the same template', { N: nestedStack(OLD) }, { A: 'kept: it is still declared' }],
      [
        'with the same template, by another text',
        { N: nestedStack({ 'Fn::Join': ['', [OLD.slice(0, 7), { 'Fn::Sub': OLD.slice(7) }]] }) },
        { A: 'kept: it is still declared' },
      ],
      [
        'with a URL that says the same, but for a parameter',
        { N: nestedStack({ Ref: 'Url' }) },
        { A: expect.stringMatching(/^unknown: .* is not to be found/) },
      ],
      [
        'with the file of one template, and the URL of another',
        { N: { ...asset('stale', { A: server(ONE) }), Properties: { TemplateURL: OLD } } },
        { A: expect.stringMatching(/^unknown: .* does not name the content of stale/) },
      ],

      ['removed', nothing, { A: 'cleaned up' }],
      ['renamed: what it holds goes', { M: asset('same', { A: server(ONE) }) }, { A: 'cleaned up' }],
      ['without the server', { N: asset('without', nothing) }, { A: 'cleaned up' }],
      [
        'with the server by a parameter',
        { N: asset('parameter', { A: server({ Ref: 'Arn' }) }, { Arn: ONE }) },
        { A: 'kept: it is still declared' },
      ],
      [
        'with another server by a parameter',
        { N: asset('other', { A: server({ Ref: 'Arn' }) }, { Arn: TWO }) },
        { A: 'cleaned up, or refused' },
      ],
      [
        "with a parameter that can't be told",
        { N: asset('untold', { A: server({ Ref: 'Arn' }) }, { Arn: { Ref: 'Nobody' } }) },
        { A: expect.stringMatching(/^unknown: .*Arn/) },
      ],
      [
        'with a template that is not there',
        { N: nestedStack('new') },
        { A: expect.stringMatching(/^unknown: the new template of the nested stack N/) },
      ],
    ])('%s', (_what, after, expected) => {
      const before = { ...deployed({ N: nestedStack(OLD) }, { N: deployed({ A: server(ONE) }) }), parameters: { Url: OLD } };
      const Parameters = { Url: { Type: 'String', Default: 'https://s3.amazonaws.com/new.json' } };
      expect(update({ ...before, parameters: {} }, after, { Parameters }, directory)).toEqual(expected);
    });

    test.each([
      ['the same URL, which a parameter of the stack tells, and which stays', { Url: OLD }, 'kept: it is still declared'],
      ['the same URL, at which there may be another template by now', { Url: 'https://s3.amazonaws.com/bucket/nested.json' }, 'unknown'],
    ])('%s', (_what, parameters, expected) => {
      const Parameters = { Url: { Type: 'String' } };
      const declared = { N: nestedStack({ Ref: 'Url' }) };
      const before = deployed(declared, { N: deployed({ A: server(ONE) }) });
      const stack = { ...before, parameters, template: { Parameters, Resources: declared } };
      expect(update(stack, declared, { Parameters }, directory)).toEqual({ A: expect.stringContaining(expected) });
    });

    test('a macro in its new template', () => {
      const before = deployed({ N: nestedStack(OLD) }, { N: deployed({ A: server(ONE) }) });
      const after = {
        N: asset('include', { A: server(ONE), B: { Type: 'T', Properties: { 'Fn::Transform': { Name: 'AWS::Include' } } } }),
      };
      expect(update(before, after, {}, directory)).toEqual({ A: expect.stringMatching(/^unknown: Fn::Transform makes/) });
    });

    test('that is retained is kept when it is removed', () => {
      const before = deployed({ N: nestedStack('old', retained) }, { N: deployed({ A: server(ONE) }) });
      expect(update(before, nothing)).toEqual({ A: 'kept: the nested stack LandingZone is retained' });
    });
  });
});
