import { parseDocument } from 'yaml';
import { validationError } from './errors';

export type Json = Record<string, unknown>;

export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: string | number;
  readonly NoEcho?: boolean | string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly Description?: string;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: Json;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Json;
}

export interface OutputDeclaration {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Export?: { readonly Name: unknown };
  readonly Condition?: string;
}

/** A template as it was written; no intrinsic is resolved yet. */
export interface Template {
  readonly body: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly mappings: Readonly<Record<string, Json>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
}

const maxResources = 500;

/** Reads a template in JSON, as the CDK writes it, or in YAML, as its bootstrap template is; the short forms of functions (!Ref) are not understood. */
export function parseTemplate(body: string): Template {
  const root = parseJson(body) ?? parseYaml(body);
  if (!isObject(root)) throw validationError('Template format error: unsupported structure.');
  const section = <T>(name: string): Record<string, T> => {
    const value = root[name] ?? {};
    if (!isObject(value)) throw validationError(`Template format error: ${name} must be an object.`);
    return value as Record<string, T>;
  };
  const resources = section<ResourceDeclaration>('Resources');
  if (Object.keys(resources).length === 0) throw validationError('Template format error: At least one Resources member must be defined.');
  const count = Object.keys(resources).length;
  if (count > maxResources) {
    throw validationError(`Template format error: Number of resources, ${count}, is greater than maximum allowed, ${maxResources}`);
  }
  for (const [logicalId, resource] of Object.entries(resources)) checkResource(logicalId, resource);
  return {
    body,
    ...(typeof root.Description === 'string' && { description: root.Description }),
    parameters: section('Parameters'),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    resources,
    outputs: section('Outputs'),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function parseYaml(body: string): unknown {
  const document = parseDocument(body);
  // A warning is a tag that nobody understands: its value would pass for a plain one.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw validationError(`Template format error: YAML not well-formed. ${problem.message}`);
  return document.toJS();
}

function checkResource(logicalId: string, resource: unknown): void {
  if (!/^[A-Za-z0-9]{1,255}$/.test(logicalId))
    throw validationError(`Template format error: Resource name ${logicalId} is non alphanumeric.`);
  if (!isObject(resource) || typeof resource.Type !== 'string') {
    throw validationError(`Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`);
  }
  const policy = resource.DeletionPolicy as string | undefined;
  if (policy !== undefined && !['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'].includes(policy)) {
    throw validationError(`Template format error: Unrecognized DeletionPolicy ${policy} for resource ${logicalId}`);
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
