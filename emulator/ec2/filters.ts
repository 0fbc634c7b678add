import { matchesWildcard } from '../iam/wildcard';
import { invalidParameter } from './errors';
import { Tags } from './model';
import { Network } from './network';
import { Filter } from './query';

/** The filters of an operation: what each compares with its values. */
export type Filters<T> = Readonly<Record<string, (item: T, network: Network) => string | readonly string[] | undefined>>;

/** Of what has tags: its keys, and `tag:KEY` for the value of one. */
export const tagFilters: Filters<{ readonly tags: Tags }> = { 'tag-key': ({ tags }) => Object.keys(tags) };

/** Every filter must match; of its values, one is enough. */
export function matcher<T>(known: Filters<T>, filters: readonly Filter[]): (item: T, network: Network) => boolean {
  const conditions = filters.map(({ name, values }) => {
    const actualOf = Object.hasOwn(known, name) ? known[name] : tagValue(name, 'tag-key' in known);
    if (!actualOf) throw invalidParameter(`The filter '${name}' is invalid`);
    if (values.length === 0) throw invalidParameter(`The filter '${name}' has no values`);
    return (item: T, network: Network) => {
      const actual = [actualOf(item, network) ?? []].flat();
      return values.some((value) => actual.some((each) => matchesWildcard(value, each)));
    };
  });
  return (item, network) => conditions.every((holds) => holds(item, network));
}

function tagValue(filter: string, hasTags: boolean): Filters<unknown>[string] | undefined {
  const key = hasTags ? /^tag:(.+)$/s.exec(filter)?.[1] : undefined;
  return key === undefined ? undefined : (item) => (item as { readonly tags: Tags }).tags[key];
}
