import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { planUpdate } from '../../../cli/operation/update-stack';
import { holds, resolve, Unresolved } from '../../../cli/template/resolve';
import { scopeOfDeployed, scopeOfUpdate } from '../../../cli/template/scope';
import { DEEPEST_JSON, parseTemplate, type Template } from '../../../cli/template/template';
import { LONGEST_FILE, readTemplateFile } from '../../../cli/template/template-file';
import { SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { deployedStack } from '../stacks';

// A stranger wrote the template. Whatever stands in it, the plan ends, and says what was too much. The rows are those of "Templates of strangers" in docs/plan.md.

const scopeOf = (template: Partial<Template>) => {
  const whole = { Resources: {}, ...template };
  return scopeOfDeployed(deployedStack({ template: whole }), whole, () => undefined);
};
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const named = (entries: [string, unknown][]) => Object.fromEntries(entries);
const nested = (depth: number, inner: unknown, wrap: (inner: unknown) => unknown) =>
  times(depth, () => undefined).reduce<unknown>((value) => wrap(value), inner);

describe('a value ends', () => {
  const both = (index: number) => ({ 'Fn::And': [{ Condition: `C${index + 1}` }, { Condition: `C${index + 1}` }] });
  const twice = (index: number) => ({
    'Fn::Join': ['', [{ 'Fn::FindInMap': ['M', `k${index + 1}`, 'v'] }, { 'Fn::FindInMap': ['M', `k${index + 1}`, 'v'] }]],
  });
  const text = 'x'.repeat(100_000);

  test.each<[string, Partial<Template>, unknown, RegExp]>([
    [
      'mappings joined 2^30 times',
      { Mappings: { M: named([...times(30, (index): [string, unknown] => [`k${index}`, { v: twice(index) }]), ['k30', { v: 'x' }]]) } },
      { 'Fn::FindInMap': ['M', 'k0', 'v'] },
      /more than 100000 steps|refers to|more than 200 functions/,
    ],
    ['a text of a gigabyte', {}, { 'Fn::Join': [text, times(10_000, String)] }, /a text of more than 1000000 characters/],
    [
      'a substitution of a gigabyte',
      {},
      { 'Fn::Sub': ['${a}'.repeat(10_000), { a: text }] },
      /a text of more than 1000000 characters|characters of text|steps/,
    ],
    [
      'a text of 900,000 characters joined 15,000 times',
      {},
      times(15_000, () => ({ 'Fn::Join': ['', ['x'.repeat(900_000)]] })),
      /more than 20000000 characters of text/,
    ],
    [
      'a long text of a mapping, 90,000 times',
      { Mappings: { M: { k: { v: 'x'.repeat(900_000) } } } },
      times(90_000, () => ({ 'Fn::FindInMap': ['M', 'k', 'v'] })),
      /more than 20000000 characters of text|steps/,
    ],
    [
      'a long text split 10,000 times',
      { Mappings: { M: { k: { v: ','.repeat(900_000) } } } },
      times(10_000, () => ({ 'Fn::Select': [0, { 'Fn::Split': [',', { 'Fn::FindInMap': ['M', 'k', 'v'] }] }] })),
      /more than 20000000 characters of text|steps/,
    ],
    ['as many variables as fit', {}, { 'Fn::Sub': '${AWS::Region}'.repeat(300_000) }, /more than 100000 steps/],
    ['functions a thousand deep', {}, nested(1_000, 'x', (value) => ({ 'Fn::Join': ['', [value]] })), /more than 200 functions/],
    ['lists a thousand deep', {}, nested(1_000, 'x', (value) => [value]), /more than 200 functions/],
    ['a list of a million items', {}, times(1_000_000, String), /more than 100000 steps/],
    ['a function that is none', {}, { 'Fn::constructor': [] }, /Fn::constructor can't be told/],
    [
      'a mapping that is none',
      { Mappings: {} },
      { 'Fn::FindInMap': ['constructor', 'name', 'length'] },
      /no mapping constructor, name, length/,
    ],
    ['a mapping of what every object has', { Mappings: { M: {} } }, { 'Fn::FindInMap': ['M', '__proto__', 'constructor'] }, /no mapping/],
    ['a parameter that is none', {}, { Ref: 'constructor' }, /nobody knows constructor/],
    ['an attribute that is none', {}, { 'Fn::GetAtt': ['toString', 'Outputs.constructor'] }, /can't be told from here/],
    ['a condition that is none', {}, { 'Fn::If': ['constructor', 'a', 'b'] }, /no condition constructor/],
  ])('%s: by a bound and a sentence', (_what, template, value, why) => {
    const told = () => resolve(value, scopeOf(template));
    expect(told).toThrow(Unresolved);
    expect(told).toThrow(why);
  });

  test('200,000 beginnings of a variable are text', () => {
    const many = '${'.repeat(200_000);
    expect(resolve({ 'Fn::Sub': many }, scopeOf({}))).toBe(many);
  });

  test('forty conditions that name each other twice are evaluated once each', () => {
    const Conditions = named([
      ...times(40, (index): [string, unknown] => [`C${index}`, both(index)]),
      ['C40', { 'Fn::Equals': ['a', 'a'] }],
    ]);
    expect(holds('C0', scopeOf({ Conditions }))).toBe(true);
  });

  test.each([
    ['itself', { A: { 'Fn::Not': [{ Condition: 'A' }] } }],
    ['another one that names it', { A: { Condition: 'B' }, B: { 'Fn::Or': [{ Condition: 'A' }, { Condition: 'A' }] } }],
  ])('a condition that names %s: it can not be told', (_what, Conditions) => {
    expect(() => holds('A', scopeOf({ Conditions }))).toThrow(/the condition [AB] refers to itself/);
  });

  test('a chain of a thousand conditions: it can not be told', () => {
    const Conditions = named(times(1_000, (index) => [`C${index}`, { Condition: `C${index + 1}` }]));
    expect(() => holds('C0', scopeOf({ Conditions }))).toThrow(/more than 200 functions/);
  });

  // Each resource asks for the same: what one of them costs must not be paid by all.
  const large = 'x.'.repeat(450_000);
  test.each<[string, Partial<Template>, unknown, RegExp]>([
    [
      'a parameter that is a long list',
      { Parameters: { P: { Type: 'List<String>', Default: ','.repeat(900_000) } } },
      { Ref: 'P' },
      /longer than CloudFormation takes/,
    ],
    [
      'a long name of an attribute',
      { Mappings: { M: { k: { v: { 'Fn::GetAtt': large } } } } },
      { 'Fn::FindInMap': ['M', 'k', 'v'] },
      /characters of text/,
    ],
    ['a long name', { Mappings: { M: { k: { v: { Ref: large } } } } }, { 'Fn::FindInMap': ['M', 'k', 'v'] }, /characters of text/],
    [
      'a long list in the place of a condition',
      { Mappings: { M: { k: { v: { 'Fn::Not': times(300_000, () => ({})) } } } } },
      { 'Fn::FindInMap': ['M', 'k', 'v'] },
      /characters of text/,
    ],
    [
      'a large object in the place of a list',
      { Mappings: { M: { k: { v: { 'Fn::Join': named(times(100_000, (index) => [`k${index}`, ''])) } } } } },
      { 'Fn::FindInMap': ['M', 'k', 'v'] },
      /characters of text|steps/,
    ],
    [
      'a long text with a variable that is none',
      { Mappings: { M: { k: { v: { 'Fn::Sub': `\${Nobody}${large}` } } } } },
      { 'Fn::FindInMap': ['M', 'k', 'v'] },
      /characters of text/,
    ],
  ])('%s, in each of 480 resources: it is soon too much, and the sentence is short', (_what, template, value, why) => {
    const whole = { Resources: {}, ...template };
    const parameters = Object.fromEntries(Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [name, String(Default)]));
    const scope = scopeOfUpdate(deployedStack({}), whole, parameters, () => undefined);
    const told = times(480, () => {
      try {
        return resolve(value, scope);
      } catch (error) {
        return error instanceof Unresolved ? error.message : error;
      }
    }) as string[];
    expect(told.at(-1)).toMatch(why);
    expect(Math.max(...told.map(({ length }) => length))).toBeLessThanOrEqual(501);
  });

  test('what was too much for one value leaves nothing for the next: nothing is called clear by that', () => {
    const scope = scopeOf({});
    expect(() => resolve(times(300_000, String), scope)).toThrow(Unresolved);
    expect(() => resolve('x', scope)).toThrow(Unresolved);
  });

  test('many references to a large resource: it is compared once', () => {
    const Large = { Type: 'T', Properties: { text: 'x'.repeat(500_000) } };
    const next = { Resources: { Large } };
    const stack = deployedStack({ template: next, resources: { Large: ['T', 'large'] } });
    const stringify = jest.spyOn(JSON, 'stringify');
    const scope = scopeOfUpdate(stack, next, {}, () => undefined);
    expect(resolve({ 'Fn::Join': ['', times(1_000, () => ({ Ref: 'Large' }))] }, scope)).toHaveLength(5_000);
    expect(stringify.mock.calls.length).toBeLessThan(10);
    stringify.mockRestore();
  });
});

describe('functions that are given what they do not take: it can not be told', () => {
  const noText = { toString: 1, valueOf: 1 };
  const odd = [5, '', 'x', true, {}, [], ['x'], { a: 1 }, [[], {}], [{ Ref: 'AWS::NoValue' }], noText, [noText, 'x'], [noText, 'x', 'y']];
  const functions = [
    'Ref',
    'Fn::GetAtt',
    'Fn::Join',
    'Fn::Split',
    'Fn::Select',
    'Fn::FindInMap',
    'Fn::If',
    'Fn::ImportValue',
    'Fn::Equals',
  ];
  const conditions = ['Fn::And', 'Fn::Or', 'Fn::Not'];

  test.each([...functions, ...conditions].flatMap((name) => odd.map((argument) => [name, argument] as const)))(
    '%s of %j',
    (name, argument) => {
      expect(() => resolve({ [name]: argument }, scopeOf({}))).toThrow(Unresolved);
    },
  );

  test.each([5, '', 'x', {}, [], [5], { Ref: 'AWS::Region' }])('%j is no condition, however often it is asked for', (condition) => {
    const scope = scopeOf({ Conditions: { C: condition } });
    expect(() => holds('C', scope)).toThrow(Unresolved);
    expect(() => holds('C', scope)).toThrow(/is no condition|is not what|can't be told/);
  });
});

describe('a template of another shape', () => {
  test.each<[object, string]>([
    [{ Resources: { X: null } }, 'Resources/X is null'],
    [{ Resources: { X: { Type: 'T', Properties: null } } }, 'Resources/X/Properties is null'],
    [{ Resources: {}, Parameters: null }, 'Parameters is null'],
    [{ Resources: {}, Parameters: { P: null } }, 'Parameters/P is null'],
    [{ Resources: {}, Outputs: { O: { Value: ['a', null] } } }, 'Outputs/O/Value/1 is null'],
    [{ Resources: [] }, 'Resources is no object'],
    [{ Resources: {}, Parameters: [] }, 'Parameters is no object'],
    [{ Resources: {}, Mappings: 'x' }, 'Mappings is no object'],
    [{ Resources: {}, Conditions: 5 }, 'Conditions is no object'],
    [{ Resources: { X: 'x' } }, 'Resources/X is no object'],
    [{ Resources: { X: {} } }, 'Resources/X has a Type that is no text'],
    [{ Resources: { X: { Type: 5 } } }, 'Resources/X has a Type that is no text'],
    [{ Resources: { X: { Type: 'T', Properties: [] } } }, 'Resources/X has Properties that are no object'],
    [{ Resources: { X: { Type: 'T', Metadata: 'x' } } }, 'Resources/X has Metadata that are no object'],
    [{ Resources: { X: { Type: 'T', Condition: {} } } }, 'Resources/X has a Condition that is no text'],
    [{ Resources: {}, Parameters: { P: 'x' } }, 'Parameters/P is no object'],
    [{ Resources: {}, Parameters: { P: {} } }, 'Parameters/P has a Type that is no text'],
    [{ Resources: {}, Parameters: { P: { Type: 'String', Default: {} } } }, 'Parameters/P has a Default that is no text'],
  ])('%j: by a sentence that names the template and the part', (template, part) => {
    expect(() => parseTemplate(JSON.stringify(template), 'my.json')).toThrow(
      `The template my.json can't be read, and CloudFormation would refuse it: ${part}.`,
    );
  });

  test.each([{}, [], 5, null, 'x', { resources: {} }])('%j is no template', (other) => {
    expect(parseTemplate(JSON.stringify(other), 'x')).toBeUndefined();
  });

  test('a function among the resources is none of them', () => {
    const template = { Resources: { 'Fn::ForEach::Topics': ['T', ['a'], {}], 'Fn::Transform': { Name: 'AWS::Include' } } };
    expect(parseTemplate(JSON.stringify(template), 'x')).toEqual(template);
  });
});

test('a text that does not end is read once', () => {
  expect(parseTemplate(`"${'\\'.repeat(1_000_000)}`, 'x')).toBeUndefined();
  expect(parseTemplate('"a'.repeat(500_001), 'x')).toBeUndefined();
});

test.each(['[', '{"a":'])('a body that is deeper than %s a hundred thousand times: by a sentence', (open) => {
  expect(() => parseTemplate(open.repeat(100_000), 'x')).toThrow(`more than ${DEEPEST_JSON} lists or objects`);
});

test('brackets in a text are no depth', () => {
  const template = { Resources: { A: { Type: 'T', Properties: { text: `"${'[{\\'.repeat(1_000)}` } } } };
  expect(parseTemplate(JSON.stringify(template), 'x')).toEqual(template);
});

describe('a file', () => {
  let root: string;
  let cloudAssembly: string;
  const template = JSON.stringify({ Resources: {} });

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'strangers-'));
    cloudAssembly = path.join(root, 'cdk.out');
    mkdirSync(path.join(cloudAssembly, 'folder'), { recursive: true });
    writeFileSync(path.join(root, 'outside.json'), template);
    writeFileSync(path.join(cloudAssembly, 'inside.json'), template);
    writeFileSync(path.join(cloudAssembly, 'large.json'), Buffer.alloc(LONGEST_FILE + 1, ' '));
    symlinkSync(path.join(root, 'outside.json'), path.join(cloudAssembly, 'link.json'));
    symlinkSync('/dev/zero', path.join(cloudAssembly, 'zero.json'));
    execFileSync('mkfifo', [path.join(cloudAssembly, 'pipe.json')]);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  /** What is told of our resource in a nested stack whose new template is there. */
  const planned = (assetPath: unknown) => {
    const declared = (url: string) =>
      ({
        Type: 'AWS::CloudFormation::Stack',
        Properties: { TemplateURL: `https://s3.amazonaws.com/assets/${url}.json` },
        Metadata: { 'aws:asset:path': assetPath },
      }) as const;
    const child = deployedStack({ name: 'Child', resources: { One: [SOURCE_SERVER_DISCONNECTION, 'arn'] } });
    const stack = {
      ...deployedStack({ template: { Resources: { Child: declared('0'.repeat(64)) } } }),
      nested: new Map([['Child', child]]),
    };
    const [one] = planUpdate(
      stack,
      { template: { Resources: { Child: declared(createHash('sha256').update(template).digest('hex')) } }, directory: cloudAssembly },
      () => undefined,
    );
    return one.change;
  };

  test.each<[unknown, RegExp]>([
    ['../outside.json', /leads out of/],
    ['link.json', /leads out of/],
    ['/dev/zero', /leads out of/],
    ['zero.json', /leads out of/],
    ['folder/../../outside.json', /leads out of/],
    ['.', /leads out of/],
    ['folder', /is no file/],
    ['pipe.json', /is no file/],
    ['large.json', /more than 2000000 bytes/],
    ['absent.json', /is not to be found/],
    [7, /is not to be found/],
    [['inside.json'], /is not to be found/],
    [undefined, /is not to be found/],
  ])('aws:asset:path %j: it can not be told, and why', (assetPath, why) => {
    expect(planned(assetPath)).toMatchObject({ kind: 'unknown', why: expect.stringMatching(why) });
  });

  test('aws:asset:path of a file in the folder is read', () => {
    expect(planned('inside.json')).not.toMatchObject({ kind: 'unknown', why: expect.stringMatching(/can't be told/) });
  });

  test.each(['/dev/zero', 'large.json'])('the file that the user names, %s: by a bound and a sentence', (name) => {
    expect(() => readTemplateFile(path.resolve(cloudAssembly, name))).toThrow('more than 2000000 bytes');
  });
});
