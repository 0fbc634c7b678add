import { validationError } from './errors';
import { ParameterDeclaration, Template } from './template';

/** Parameters as a request gives them. */
export interface GivenParameter {
  readonly key: string;
  readonly value?: string;
  readonly usePreviousValue?: boolean;
}

/** The only SSM parameter of a CDK template is the bootstrap version: high enough for every CLI. */
const ssmParameterValue = '1000';

/** The values of all parameters of a template, as strings. */
export function parameterValues(
  template: Template,
  given: readonly GivenParameter[],
  previous: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const unknown = given.filter(({ key }) => !(key in template.parameters)).map(({ key }) => key);
  if (unknown.length > 0) throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [key, declaration] of Object.entries(template.parameters)) {
    const parameter = given.find((candidate) => candidate.key === key);
    const value = parameter?.usePreviousValue ? previous[key] : (parameter?.value ?? declaration.Default);
    if (value === undefined) missing.push(key);
    else values[key] = checked(key, String(value), declaration);
  }
  if (missing.length > 0) throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  return values;
}

function checked(key: string, value: string, declaration: ParameterDeclaration): string {
  const { AllowedValues, AllowedPattern, Type } = declaration;
  if (AllowedValues && !AllowedValues.map(String).includes(value)) {
    throw validationError(`Parameter '${key}' must be one of AllowedValues`);
  }
  if (AllowedPattern && !new RegExp(`^(?:${AllowedPattern})$`).test(value)) {
    throw validationError(`Parameter ${key} failed to satisfy constraint: must match pattern ${AllowedPattern}`);
  }
  if (Type === 'Number' && Number.isNaN(Number(value)))
    throw validationError(`Parameter value ${value} for parameter name ${key} is not a number`);
  return value;
}

/** What a Ref to the parameter yields. */
export function parameterReference(declaration: ParameterDeclaration, value: string): unknown {
  if (isSsmParameter(declaration)) return ssmParameterValue;
  return declaration.Type === 'CommaDelimitedList' || declaration.Type.startsWith('List<')
    ? value.split(',').map((item) => item.trim())
    : value;
}

export function resolvedValue(declaration: ParameterDeclaration): string | undefined {
  return isSsmParameter(declaration) ? ssmParameterValue : undefined;
}

export function isNoEcho(declaration: ParameterDeclaration): boolean {
  return String(declaration.NoEcho ?? false) === 'true';
}

function isSsmParameter(declaration: ParameterDeclaration): boolean {
  return declaration.Type.startsWith('AWS::SSM::Parameter::Value<');
}
