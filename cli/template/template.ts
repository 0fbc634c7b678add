import { Failure } from '../../lambda/aws/errors';
import { say } from '../../lambda/aws/message';
import type { StackIdentity } from '../../lambda/aws/stack-id';

/** What a template holds, as far as a plan looks into it. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
}

export interface ParameterDeclaration {
  readonly Type?: string;
  readonly Default?: unknown;
  readonly NoEcho?: unknown;
}

export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
  readonly DeletionPolicy?: unknown;
  readonly UpdateReplacePolicy?: unknown;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** A stack as it is deployed, with all that is nested in it. */
export interface DeployedStack {
  readonly identity: StackIdentity;
  readonly status: string;
  readonly statusReason?: string;
  readonly isProtected: boolean;
  readonly parentId?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  /** What exists, or may exist; by logical ID. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  /** Undefined if it is not JSON, or nothing of it matters. */
  readonly template?: Template;
  /** By logical ID. */
  readonly nested: ReadonlyMap<string, DeployedStack>;
}

export interface DeployedResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
}

/** The value of a key that a template or a stack has itself: a logical ID may be `constructor`. */
export function lookUp<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** How deep lists and objects may lie in each other. */
export const DEEPEST_JSON = 500;

/**
 * A template in JSON, which is what the CDK writes; undefined for anything else.
 *
 * @throws Failure if it is deeper than can be read
 */
export function parseTemplate(body: string): Template | undefined {
  if (depthOf(body) > DEEPEST_JSON) {
    throw new Failure(say`The template has more than ${DEEPEST_JSON} lists or objects in each other, so it was not read.`);
  }
  try {
    const template: unknown = JSON.parse(body);
    return isRecord(template) && isRecord(template.Resources) ? (template as unknown as Template) : undefined;
  } catch {
    return undefined;
  }
}

/** How deep the brackets of a text in JSON go. */
function depthOf(body: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of body.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    depth += token === '[' || token === '{' ? 1 : token === ']' || token === '}' ? -1 : 0;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
