import { isRecord } from '../../lambda/protocol/request';
import type { Template } from './template';

/**
 * AWS's own macros that leave our resources, and what they say, as they are.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
 */
const HARMLESS: readonly unknown[] = [
  'AWS::CodeDeployBlueGreen',
  'AWS::LanguageExtensions',
  'AWS::SecretsManager-2020-07-23',
  'AWS::SecretsManager-2024-09-16',
  'AWS::Serverless-2016-10-31',
];

/** What makes another template of this one before it is deployed, which can't be told from here; undefined if nothing does. */
export function macroIn(template: Template): string | undefined {
  const macros = [template.Transform ?? []].flat();
  const other = macros.find((macro) => !HARMLESS.includes(macro));
  const named: unknown = isRecord(other) ? other.Name : other;
  return other === undefined ? functionIn(template) : typeof named === 'string' ? named : 'a macro without a name';
}

/** A function that stands for a part of the template. */
function functionIn(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    return first(value, functionIn);
  }
  if (!isRecord(value)) {
    return undefined;
  }
  const named = Object.keys(value).find((key) => key === 'Fn::Transform' || key.startsWith('Fn::ForEach'));
  return named ?? first(Object.values(value), functionIn);
}

function first<T, R>(items: readonly T[], look: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = look(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
