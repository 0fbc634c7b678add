import { isDeepStrictEqual } from 'node:util';
import { isObject, Json } from './template';

/** Templates know no numbers and booleans: CloudFormation hands every scalar on as a string. */
export function withScalarsAsStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withScalarsAsStrings);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withScalarsAsStrings(item)]));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

/** Whether an update changes a property that can't be changed: another value of it is another resource. */
export function changesFixed(fixed: readonly string[], properties: Json, oldProperties: Json): boolean {
  return fixed.some((name) => !sameProperties({ value: properties[name] }, { value: oldProperties[name] }));
}

export function sameProperties(left: Json, right: Json): boolean {
  return isDeepStrictEqual(withScalarsAsStrings(left), withScalarsAsStrings(right));
}
