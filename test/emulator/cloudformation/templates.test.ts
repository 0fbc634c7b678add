import { circular, namesIn, walk } from '../../../emulator/cloudformation/dependencies';
import { deploymentOf } from '../../../emulator/cloudformation/deployment';
import { resolve, Scope } from '../../../emulator/cloudformation/intrinsics';
import { parseTemplate } from '../../../emulator/cloudformation/template';

const scope: Scope = {
  parameters: { Word: 'hello', Zones: ['a', 'b'], 'AWS::Region': 'eu-central-1' },
  mappings: { Sizes: { big: { cpu: 8 } } },
  conditions: { Yes: { 'Fn::Equals': [{ Ref: 'Word' }, 'hello'] }, No: { 'Fn::Not': [{ Condition: 'Yes' }] } },
  region: 'eu-central-1',
  physicalId: (logicalId) => `id-of-${logicalId}`,
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  importValue: (name) => `imported ${name}`,
};

describe('intrinsics', () => {
  it.each<[unknown, unknown]>([
    [{ Ref: 'Word' }, 'hello'],
    [{ Ref: 'Thing' }, 'id-of-Thing'],
    [{ Ref: 'AWS::Region' }, 'eu-central-1'],
    [{ A: { Ref: 'AWS::NoValue' }, B: [1, { Ref: 'AWS::NoValue' }] }, { B: [1] }],
    [{ 'Fn::GetAtt': ['Thing', 'Arn'] }, 'Thing/Arn'],
    [{ 'Fn::GetAtt': 'Thing.Outputs.X' }, 'Thing/Outputs.X'],
    [{ 'Fn::Sub': '${Word} ${Thing} ${Thing.Arn} ${!Literal}' }, 'hello id-of-Thing Thing/Arn ${Literal}'],
    [{ 'Fn::Sub': ['${A}${Word}', { A: { Ref: 'Thing' } }] }, 'id-of-Thinghello'],
    [{ 'Fn::Join': ['-', ['a', 1, { Ref: 'Word' }]] }, 'a-1-hello'],
    [{ 'Fn::Join': ['', { Ref: 'Zones' }] }, 'ab'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::If': ['Yes', 'then', { Ref: 'AWS::NoValue' }] }, 'then'],
    [{ A: { 'Fn::If': ['No', 'then', { Ref: 'AWS::NoValue' }] } }, {}],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
    [{ 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }, true],
    [{ 'Fn::FindInMap': ['Sizes', 'big', 'cpu'] }, 8],
    [{ 'Fn::ImportValue': { 'Fn::Sub': '${Word}-x' } }, 'imported hello-x'],
    [{ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'eu-central-1a'],
    [{ 'Fn::Base64': 'hi' }, 'aGk='],
    [{ Statement: [{ Condition: { StringEquals: { a: 'b' } } }] }, { Statement: [{ Condition: { StringEquals: { a: 'b' } } }] }],
  ])('%j is %j', (value, resolved) => {
    expect(resolve(value, scope)).toEqual(resolved);
  });

  it.each<[unknown, string]>([
    [{ 'Fn::Transform': {} }, 'Fn::Transform is not supported here'],
    [{ 'Fn::FindInMap': ['Sizes', 'small', 'cpu'] }, 'Unable to get mapping for Sizes::small::cpu'],
    [{ 'Fn::Select': [3, ['a']] }, 'nonexistent value at index 3'],
    [{ 'Fn::If': ['Maybe', 1, 2] }, 'Unresolved condition dependency Maybe'],
  ])('%j is refused: %s', (value, message) => {
    expect(() => resolve(value, scope)).toThrow(message);
  });
});

describe('dependencies', () => {
  it('are what DependsOn, Ref, Fn::GetAtt and Fn::Sub name, however deep', () => {
    const names = namesIn({
      Type: 'T',
      DependsOn: ['A', 'B'],
      Properties: {
        X: [{ Ref: 'C' }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['D', 'x'] }, { 'Fn::GetAtt': 'E.y.z' }]] }],
        Y: { 'Fn::Sub': ['${F} ${G.h} ${Own} ${!No}', { Own: { Ref: 'H' } }] },
        Z: { 'Fn::If': ['c', { Ref: 'I' }, { Ref: 'J' }] },
      },
    });
    expect([...names].sort()).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J']);
  });

  it('must not be circular', () => {
    const graph = (edges: Record<string, string[]>): Map<string, Set<string>> =>
      new Map(Object.entries(edges).map(([node, others]) => [node, new Set(others)]));
    expect(circular(graph({ A: ['B'], B: ['C'], C: [] }))).toEqual([]);
    expect(circular(graph({ A: ['B'], B: ['C'], C: ['B'], D: [] }))).toEqual(['A', 'B', 'C']);
  });

  it('keep what is behind a failure from being visited, and nothing else', async () => {
    const before: Record<string, string[]> = { A: [], B: ['A'], C: ['B'], D: ['A'], E: [] };
    const visited: string[] = [];
    await walk(
      Object.keys(before),
      (node) => before[node] ?? [],
      async (node) => visited.push(node) > 0 && node !== 'B',
    );
    expect(visited.sort()).toEqual(['A', 'B', 'D', 'E']);
  });
});

describe('a template', () => {
  const identity = { stackId: 'arn', stackName: 's', accountId: '1', region: 'eu-central-1' };
  const deploy = (template: object): unknown => deploymentOf(identity, parseTemplate(JSON.stringify(template)), {}, {});

  it.each<[object, string]>([
    [{}, 'At least one Resources member must be defined.'],
    [{ Resources: { A: {} } }, 'Every Resources object must contain a Type member.'],
    [{ Resources: { 'A-B': { Type: 'T' } } }, 'Resource name A-B is non alphanumeric.'],
    [{ Resources: { A: { Type: 'T', DeletionPolicy: 'Keep' } } }, 'Unrecognized DeletionPolicy Keep'],
    [{ Resources: { A: { Type: 'T', DependsOn: 'B' } } }, 'Unresolved resource dependencies [B]'],
    [{ Resources: { A: { Type: 'T', Properties: { X: { Ref: 'Nothing' } } } } }, 'Unresolved resource dependencies [Nothing]'],
    [
      { Resources: { A: { Type: 'T', DependsOn: 'B' }, B: { Type: 'T', DependsOn: 'A' } } },
      'Circular dependency between resources: [A, B]',
    ],
    [{ Resources: { A: { Type: 'T', Condition: 'C' } } }, 'Unresolved condition dependency C'],
  ])('%j is refused: %s', (template, message) => {
    expect(() => deploy(template)).toThrow(message);
  });

  it('may be YAML, without the short forms of functions: they would pass for plain values', () => {
    const { resources, description } = parseTemplate(
      'Description: in YAML\nResources:\n  A:\n    Type: T\n    Properties: { X: { Ref: B } }\n',
    );
    expect({ resources, description }).toEqual({
      resources: { A: { Type: 'T', Properties: { X: { Ref: 'B' } } } },
      description: 'in YAML',
    });
    expect(() => parseTemplate('Resources:\n  A:\n    Type: T\n    Properties: { X: !Ref B }\n')).toThrow('Unresolved tag: !Ref');
    expect(() => parseTemplate('Resources: {')).toThrow('YAML not well-formed');
    expect(() => parseTemplate('just text')).toThrow('unsupported structure');
  });

  it('has 500 resources at most', () => {
    const ofSize = (length: number): object => ({
      Resources: Object.fromEntries(Array.from({ length }, (_, index) => [`R${index}`, { Type: 'T' }])),
    });
    expect(() => deploy(ofSize(500))).not.toThrow();
    expect(() => deploy(ofSize(501))).toThrow('Number of resources, 501, is greater than maximum allowed, 500');
  });
});
