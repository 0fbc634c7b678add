import { readFileSync } from 'node:fs';

// There is no Python here to run the example with. So its names are compared with those that jsii gives to the library in Python.

interface Member {
  readonly name: string;
  readonly static?: boolean;
  readonly optional?: boolean;
}
interface Type {
  readonly interfaces?: readonly string[];
  readonly initializer?: { readonly parameters?: readonly { readonly name: string; readonly type: { readonly fqn?: string } }[] };
  readonly properties?: readonly Member[];
  readonly methods?: readonly Member[];
  /** Of an enum. */
  readonly members?: readonly Member[];
}

/** What jsii has made of the library in `npm run build`. */
const { types } = JSON.parse(readFileSync('.jsii', 'utf8')) as { types: Record<string, Type> };
const APP = readFileSync('examples/python/app.py', 'utf8');

const inPython = ({ name }: Member) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The properties of a class's props, which are its keyword arguments. */
function keywordsOf({ initializer }: Type): readonly Member[] {
  const propertiesOf = (fqn: string): readonly Member[] => {
    const { properties = [], interfaces = [] } = types[fqn];
    return [...properties, ...interfaces.flatMap(propertiesOf)];
  };
  return (initializer?.parameters ?? []).flatMap(({ name, type }) => (name === 'props' && type.fqn ? propertiesOf(type.fqn) : []));
}

/** What is written between the parentheses of each call, without what is in parentheses of its own. */
function argumentsOf(source: string, callee: string): string[] {
  return Array.from(source.matchAll(new RegExp(`\\b${callee}\\(`, 'g')), ({ index, 0: call }) => {
    let [depth, own] = [1, ''];
    for (const character of source.slice(index + call.length)) {
      depth += '([{'.includes(character) ? 1 : ')]}'.includes(character) ? -1 : 0;
      if (depth === 0) break;
      own += depth === 1 ? character : '';
    }
    return own;
  });
}

const matches = (text: string, pattern: string) => Array.from(text.matchAll(new RegExp(pattern, 'g')), ([, name]) => name);

/** What a Python file has of the library that the library doesn't have, and what it lacks. */
function problemsOf(source: string): string[] {
  const [, imports = ''] = /^from cdk_drs import (.+)$/m.exec(source) ?? [];
  return imports.split(', ').flatMap((name) => {
    const type = types[`cdk-drs.${name}`];
    if (!type) return [`There is no ${name}.`];
    const statics = [...(type.methods ?? []).filter((method) => method.static).map(inPython), ...(type.members ?? []).map((m) => m.name)];
    const attributes = [...(type.properties ?? []), ...(type.methods ?? [])].map(inPython);
    const keywords = keywordsOf(type);
    const variables = matches(source, `(\\w+) = ${name}\\(`);
    const calls = argumentsOf(source, name).map((own) => matches(own, '(\\w+)='));
    return [
      ...matches(source, `\\b${name}\\.(\\w+)`).filter((used) => !statics.includes(used)),
      ...variables.flatMap((variable) => matches(source, `\\b${variable}\\.(\\w+)`)).filter((used) => !attributes.includes(used)),
      ...calls.flat().filter((used) => !keywords.map(inPython).includes(used)),
      ...calls.flatMap((given) => keywords.filter((keyword) => !keyword.optional && !given.includes(inPython(keyword))).map(inPython)),
    ].map((wrong) => `${name}: ${wrong}`);
  });
}

test('the Python example uses the library by the names that it has', () => {
  expect(problemsOf(APP)).toEqual([]);
});

test.each([
  ['import FleetDisconnection', 'import Fleet', 'There is no Fleet.'],
  ['with_tags', 'with_tag', 'SourceServerSelection: with_tag'],
  ['TERMINATE_DRILLS', 'TERMINATE', 'RecoveryInstancePolicy: TERMINATE'],
  ['recovery_instance_policy=', 'recovery_policy=', 'FleetDisconnection: recovery_policy'],
  ['selection=SourceServerSelection.with_tags({"landing-zone": landing_zone}),', '', 'FleetDisconnection: selection'],
  ['vpc=vpc', 'vpcs=vpc', 'StagingAreaDrain: vpcs'],
  ['fleet.matching_source_server_count', 'fleet.count', 'FleetDisconnection: count'],
])('and %s can not be %j', (right, wrong, problem) => {
  expect(APP).toContain(right);
  expect(problemsOf(APP.replace(right, wrong))).toContain(problem);
});
