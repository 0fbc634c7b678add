import { matchesArn, matchesWildcard } from './wildcard';

/** A statement's Condition: operator → key → values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, ConditionValue | readonly ConditionValue[]>>>>;
type ConditionValue = string | boolean | number;

/** What is known of a request; keys in lower case, since IAM ignores their case. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

const comparisons: Record<string, (expected: string, actual: string) => boolean> = {
  StringEquals: (expected, actual) => expected === actual,
  StringEqualsIgnoreCase: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
  StringLike: matchesWildcard,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
};

export function isSupportedOperator(operator: string): boolean {
  const { base } = parseOperator(operator);
  return base === 'Null' || base in comparisons;
}

/** Every operator and every key must hold. */
export function conditionsHold(conditions: Conditions, context: RequestContext): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const values = (Array.isArray(expected) ? (expected as readonly ConditionValue[]) : [expected as ConditionValue]).map(String);
      const known = values.map((value) => withVariables(value, context)).filter((value) => value !== undefined);
      return holds(operator, known, context.get(key.toLowerCase()));
    }),
  );
}

/** Policy variables; a value with one that the request doesn't have matches nothing. */
function withVariables(value: string, context: RequestContext): string | undefined {
  const values = [...value.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => (name === '$' ? name : context.get(name.toLowerCase())?.[0]));
  return values.includes(undefined) ? undefined : value.replace(/\$\{[^}]*\}/g, () => values.shift() ?? '');
}

function holds(operator: string, expected: readonly string[], actual: readonly string[] | undefined): boolean {
  const { quantifier, base, negated, ifExists } = parseOperator(operator);
  if (base === 'Null') return expected.some((value) => (value === 'true') === (actual === undefined));
  // A key that the request doesn't have: only a negation, IfExists and "all of none" hold.
  if (actual === undefined) return ifExists || quantifier === 'ForAllValues' || (negated && quantifier === undefined);
  const passes = (value: string): boolean => expected.some((each) => comparisons[base]?.(each, value)) !== negated;
  return quantifier === 'ForAllValues' ? actual.every(passes) : actual.some(passes);
}

function parseOperator(operator: string): { quantifier?: string; base: string; negated: boolean; ifExists: boolean } {
  const [, quantifier, name = operator] = /^(ForAnyValue|ForAllValues):(.*)$/.exec(operator) ?? [];
  const ifExists = name.endsWith('IfExists');
  const plain = ifExists ? name.slice(0, -'IfExists'.length) : name;
  const base = plain.replace(/^(String|Arn)Not(Equals|Like)/, '$1$2');
  return { quantifier, base, negated: base !== plain, ifExists };
}
