import { readFileSync } from 'node:fs';

interface Documented {
  readonly name: string;
  readonly docs?: { readonly summary?: string; readonly default?: string };
}
interface Member extends Documented {
  readonly optional?: boolean;
  /** The interface whose documentation says it all. */
  readonly overrides?: string;
  readonly parameters?: readonly Documented[];
}
interface Type extends Documented {
  readonly datatype?: boolean;
  readonly initializer?: Omit<Member, 'name'>;
  readonly methods?: readonly Member[];
  readonly properties?: readonly Member[];
  readonly members?: readonly Member[];
}

/** What jsii has made of the library in `npm run build`. All languages have their documentation from here. */
const { types } = JSON.parse(readFileSync('.jsii', 'utf8')) as { types: Record<string, Type> };

function membersOf({ initializer, methods = [], properties = [], members = [] }: Type): Member[] {
  return [...(initializer ? [{ name: 'constructor', ...initializer }] : []), ...methods, ...properties, ...members];
}

const isUndocumented = ({ docs }: Documented) => !docs?.summary;

test.each(Object.values(types).map((type) => [type.name, type]))('%s is documented', (_, type) => {
  const members = membersOf(type);
  expect(isUndocumented(type)).toBe(false);
  expect(members.filter(isUndocumented)).toEqual([]);
  expect(members.filter(({ overrides }) => !overrides).flatMap(({ parameters = [] }) => parameters.filter(isUndocumented))).toEqual([]);
  // What happens if an option isn't given is behaviour, too.
  expect(members.filter(({ optional, docs }) => type.datatype && optional && !docs?.default)).toEqual([]);
});

test('what is internal stays out of the API', () => {
  const names = Object.values(types).flatMap((type) => [type.name, ...membersOf(type).map(({ name }) => name)]);
  expect(names).toContain('functionArn');
  expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
});
