import { validationError } from './errors';
import { isObject, Json } from './template';

/** What intrinsics are resolved against. */
export interface Scope {
  /** Parameters and pseudo parameters. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly mappings: Readonly<Record<string, Json>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly region: string;
  physicalId(logicalId: string): string;
  attribute(logicalId: string, name: string): unknown;
  importValue(name: string): unknown;
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

/** The value with every intrinsic resolved; what is AWS::NoValue is left out. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const name = intrinsicName(value);
  if (name) return (intrinsics[name] ?? unknownIntrinsic(name))(value[name], scope);
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

export function resolveCondition(name: string, scope: Scope): boolean {
  if (!(name in scope.conditions)) throw validationError(`Template format error: Unresolved condition dependency ${name}`);
  return isTrue(scope.conditions[name], scope);
}

/** The intrinsic that an object calls, if it does nothing else. */
export function intrinsicName(value: Json): string | undefined {
  const [key, ...others] = Object.keys(value);
  return others.length === 0 && (key === 'Ref' || key?.startsWith('Fn::')) ? key : undefined;
}

/** What `${…}` names in a Fn::Sub; `${!…}` is literal text. */
export const substitution = /\$\{(?!!)([^}]+)\}/g;

/** `LOGICALID.NAME`, where the name may have dots too. */
export function splitAttribute(argument: unknown): [logicalId: string, name: unknown] {
  if (Array.isArray(argument)) return [String(argument[0]), argument[1]];
  const [logicalId = '', ...name] = String(argument).split('.');
  return [logicalId, name.join('.')];
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => ref(String(argument), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, name] = splitAttribute(argument);
    return scope.attribute(logicalId, String(resolve(name, scope)));
  },
  'Fn::Sub': (argument, scope) => {
    const [text, variables] = Array.isArray(argument) ? (argument as [string, Json]) : [String(argument), {}];
    const values = resolve(variables, scope) as Json;
    return text.replace(substitution, (_, name: string) => String(values[name] ?? substituted(name, scope))).replace(/\$\{!/g, '${');
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, items] = list(argument, scope);
    return (items as unknown[]).map(String).join(String(delimiter));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = list(argument, scope);
    const selected = (items as unknown[])[Number(index)];
    if (selected === undefined)
      throw validationError('Template error: Fn::Select cannot select nonexistent value at index ' + String(index));
    return selected;
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = list(argument, scope);
    return String(text).split(String(delimiter));
  },
  'Fn::If': (argument, scope) => {
    const [condition, whenTrue, whenFalse] = argument as [string, unknown, unknown];
    return resolve(resolveCondition(condition, scope) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(argument, scope);
    return String(left) === String(right);
  },
  'Fn::And': (argument, scope) => (argument as unknown[]).every((condition) => isTrue(condition, scope)),
  'Fn::Or': (argument, scope) => (argument as unknown[]).some((condition) => isTrue(condition, scope)),
  'Fn::Not': (argument, scope) => !isTrue((argument as unknown[])[0], scope),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list(argument, scope).map(String) as [string, string, string];
    const found = (scope.mappings[map]?.[first] as Json | undefined)?.[second];
    if (found === undefined) throw validationError(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
    return found;
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(String(resolve(argument, scope))),
  'Fn::GetAZs': (argument, scope) => ['a', 'b', 'c'].map((zone) => (String(resolve(argument, scope)) || scope.region) + zone),
  'Fn::Base64': (argument, scope) => Buffer.from(String(resolve(argument, scope))).toString('base64'),
};

function unknownIntrinsic(name: string): Intrinsic {
  return () => {
    throw validationError(`Template error: ${name} is not supported here.`);
  };
}

function ref(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return undefined;
  return name in scope.parameters ? scope.parameters[name] : scope.physicalId(name);
}

function substituted(name: string, scope: Scope): unknown {
  const [logicalId, attribute] = splitAttribute(name.trim());
  return attribute === '' ? ref(logicalId, scope) : scope.attribute(logicalId, String(attribute));
}

function list(argument: unknown, scope: Scope): unknown[] {
  const items = resolve(argument, scope);
  if (!Array.isArray(items))
    throw validationError('Template error: every Fn::Join, Fn::Select, Fn::Split, Fn::Equals and Fn::FindInMap needs a list.');
  return items as unknown[];
}

function isTrue(condition: unknown, scope: Scope): boolean {
  if (isObject(condition) && typeof condition.Condition === 'string') return resolveCondition(condition.Condition, scope);
  return String(resolve(condition, scope)) === 'true';
}
