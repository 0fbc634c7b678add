import { Failure } from '../../lambda/aws/errors';
import { say, type Told } from '../../lambda/aws/message';
import type { StackIdentity } from '../../lambda/aws/stack-id';
import { isRecord } from '../../lambda/protocol/request';
import { misshapenPart } from './shape';

/** What a template holds, as far as a plan looks into it. */
export interface Template {
  readonly Transform?: unknown;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
}

export interface ParameterDeclaration {
  readonly Type?: string;
  readonly Default?: string | number | boolean;
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
 * @param name how to tell it from others
 * @throws Failure if it is deeper than can be read, or has what CloudFormation takes nowhere
 */
export function parseTemplate(body: string, name: Told): Template | undefined {
  if (depthOf(body) > DEEPEST_JSON) {
    throw new Failure(say`The template ${name} has more than ${DEEPEST_JSON} lists or objects in each other, so it was not read.`);
  }
  let template: unknown;
  try {
    template = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(template) || !('Resources' in template)) {
    return undefined;
  }
  const misshapen = misshapenPart(template);
  if (misshapen !== undefined) {
    throw new Failure(say`The template ${name} can't be read, and CloudFormation would refuse it: ${misshapen}.`);
  }
  return template as unknown as Template;
}

/** How deep the brackets of a text in JSON go. */
function depthOf(body: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  // Each character once: a stranger may have written it.
  for (let index = 0; index < body.length; index++) {
    const character = body[index];
    if (character === '"') {
      isText = !isText;
    } else if (isText) {
      index += character === '\\' ? 1 : 0;
    } else if (character === '[' || character === '{') {
      deepest = Math.max(deepest, ++depth);
    } else if (character === ']' || character === '}') {
      depth--;
    }
  }
  return deepest;
}
