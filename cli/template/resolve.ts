import type { Evaluation } from './evaluation';
import { isRecord } from '../../lambda/protocol/request';
import { lookUp } from './template';
import { Unresolved } from './unresolved';

export { Unresolved };

/** What the names in a template stand for. Each throws Unresolved where that can't be told. */
export interface Scope {
  /** A parameter, a pseudo parameter, or the physical ID of a resource. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  importValue(name: string): unknown;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly evaluation: Evaluation;
}

/** Stands for AWS::NoValue: whatever has this value is left out. */
const NOTHING = undefined;

/**
 * The value as a custom resource gets it: without intrinsic functions, and scalars as text.
 *
 * @throws Unresolved if it depends on what can't be told
 */
export function resolve(value: unknown, scope: Scope): unknown {
  return scope.evaluation.step(() => resolved(value, scope));
}

function resolved(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== NOTHING);
  }
  if (!isRecord(value)) {
    return isScalar(value) ? withoutDynamicReference(String(value)) : value;
  }
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const intrinsic = lookUp(INTRINSICS, name);
    if (!intrinsic) {
      throw new Unresolved(`${name} can't be told from here`);
    }
    scope.evaluation.count(value[name]);
    return intrinsic(value[name], scope);
  }
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== NOTHING));
}

/** Whether a condition of the template holds; one that is not named always does. */
export function holds(name: string | undefined, scope: Scope): boolean {
  if (name === undefined) {
    return true;
  }
  if (!Object.hasOwn(scope.conditions, name)) {
    throw new Unresolved(`the template has no condition ${name}`);
  }
  return scope.evaluation.condition(name, () => isTrue(scope.conditions[name], scope));
}

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => (argument === 'AWS::NoValue' ? NOTHING : scope.ref(textOf(argument))),
  'Fn::GetAtt': (argument, scope) => scope.attribute(...attributeIn(argument, scope)),
  'Fn::Sub': (argument, scope) => substitute(argument, scope),
  'Fn::Join': (argument, scope) => {
    const [delimiter, items] = itemsOf(argument, scope, 2);
    return scope.evaluation.text(listOf(items, scope).map(textOf), textOf(delimiter));
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = itemsOf(argument, scope, 2);
    return textOf(text).split(textOf(delimiter));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = itemsOf(argument, scope, 2);
    const selected = listOf(items, scope)[Number(textOf(index))];
    return selected ?? cannot(`there is no item ${shown(index)} to select`);
  },
  'Fn::FindInMap': (argument, scope) => {
    const path = listOf(argument, scope).map(textOf);
    const found = partsOf(path.slice(0, 3), 3).reduce<unknown>(
      (map, key) => (isRecord(map) ? lookUp(map, String(key)) : undefined),
      scope.mappings,
    );
    return found === undefined ? cannot(`the template has no mapping ${path.join(', ')}`) : resolve(found, scope);
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = partsOf(argument, 3);
    return resolve(holds(textOf(name), scope) ? whenTrue : whenFalse, scope);
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(textOf(resolve(argument, scope))),
  'Fn::Equals': (argument, scope) => {
    const [one, other] = itemsOf(argument, scope, 2);
    return String(textOf(one) === textOf(other));
  },
  'Fn::And': (argument, scope) => String(partsOf(argument).every((condition) => isTrue(condition, scope))),
  'Fn::Or': (argument, scope) => String(partsOf(argument).some((condition) => isTrue(condition, scope))),
  'Fn::Not': (argument, scope) => String(!isTrue(partsOf(argument, 1)[0], scope)),
};

function isTrue(condition: unknown, scope: Scope): boolean {
  if (isRecord(condition) && typeof condition.Condition === 'string') {
    return holds(condition.Condition, scope);
  }
  const value = resolve(condition, scope);
  return value === 'true' || (value === 'false' ? false : cannot(`${shown(condition)} is no condition`));
}

/** `[LOGICALID, NAME]` or `LOGICALID.NAME`, where the name may have dots, too. */
function attributeIn(argument: unknown, scope: Scope): [logicalId: string, name: string] {
  if (Array.isArray(argument)) {
    return [textOf(argument[0]), textOf(resolve(argument[1], scope))];
  }
  const text = textOf(argument);
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** `${NAME}` and `${LOGICALID.ATTRIBUTE}`; `${!NAME}` is text. */
function substitute(argument: unknown, scope: Scope): string {
  const [text, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  const values = isRecord(variables) ? variables : {};
  const valueOf = (name: string) => {
    if (Object.hasOwn(values, name)) {
      return resolve(values[name], scope);
    }
    return name.includes('.') ? scope.attribute(...attributeIn(name, scope)) : scope.ref(name);
  };
  // Each odd part is a variable. No name has a brace or a dollar sign, so no part is looked at twice.
  const parts = textOf(text).split(/\$\{([^{}$]+)\}/);
  const told = parts.map((part, index) => {
    if (index % 2 === 0) {
      return part;
    }
    return part.startsWith('!') ? `\${${part.slice(1).trim()}}` : scope.evaluation.step(() => textOf(valueOf(part.trim())));
  });
  return scope.evaluation.text(told);
}

/** What a function is given, as it is written: so many parts, or at least one. */
function partsOf(argument: unknown, count?: number): readonly unknown[] {
  const parts: readonly unknown[] = Array.isArray(argument) ? argument : [];
  return parts.length > 0 && parts.length === (count ?? parts.length) ? parts : cannot(`${shown(argument)} is not what the function takes`);
}

/** What a function is given: so many values. */
function itemsOf(argument: unknown, scope: Scope, count: number): readonly unknown[] {
  return partsOf(listOf(argument, scope), count);
}

function listOf(argument: unknown, scope: Scope): unknown[] {
  const items = resolve(argument, scope);
  return Array.isArray(items) ? (items as unknown[]) : cannot(`${shown(argument)} is no list`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : cannot(`${shown(value)} is no text`);
}

/** What a message tells of a value: it may be of any size. */
function shown(value: unknown): string {
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  return isRecord(value) ? `what has ${Object.keys(value).slice(0, 3).join(', ') || 'nothing'}` : String(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** CloudFormation looks those up when it deploys. */
function withoutDynamicReference(text: string): string {
  return text.includes('{{resolve:') ? cannot(`${text} is looked up by the deployment`) : text;
}

function cannot(why: string): never {
  throw new Unresolved(why);
}
