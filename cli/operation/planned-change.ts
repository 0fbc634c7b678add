import type { Told } from '../../lambda/aws/message';
import { resolve, type Scope, Unresolved } from '../template/resolve';
import type { DeployedResource, DeployedStack, ResourceDeclaration } from '../template/template';

/** One of our resources in a deployed stack, and what the operation does to it. */
export interface PlannedChange {
  readonly stack: DeployedStack;
  readonly resource: DeployedResource;
  readonly change: Change;
  /** Reads what the stack was deployed with. */
  readonly read: Reader;
}

/** What CloudFormation, and the function's check of the deletion, make of a resource. */
export type Change = {
  /** The update asks for another server: it is refused if this one could not be disconnected. */
  readonly isRefusable?: boolean;
} & (
  | { readonly kind: 'kept'; readonly why: Told }
  | { readonly kind: 'unknown'; readonly why: Told }
  /** It goes with its stack. */
  | { readonly kind: 'deleted' }
  /** It goes after the update has succeeded: a deletion that fails then is forgotten. */
  | { readonly kind: 'cleaned up' }
);

/**
 * The properties that are wanted, without intrinsic functions.
 *
 * @throws Unresolved if one of them depends on what can't be told
 */
export type Reader = (isWanted?: (name: string) => boolean) => Record<string, unknown>;

export function readerOf(declaration: ResourceDeclaration | undefined, scope: Scope | undefined): Reader {
  return (isWanted = () => true) => {
    if (!declaration || !scope) {
      throw new Unresolved('the template that is deployed is not JSON, or does not hold it');
    }
    // No rule reads which function it is of.
    const names = Object.keys(declaration.Properties ?? {}).filter((name) => !name.startsWith('Service') && isWanted(name));
    return Object.fromEntries(names.map((name) => [name, told(name, () => resolve(declaration.Properties?.[name], scope))]));
  };
}

function told<T>(name: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw error instanceof Unresolved ? new Unresolved(`its property ${name} can't be told: ${error.message}`) : error;
  }
}

/** Whether a DeletionPolicy or an UpdateReplacePolicy keeps what it is said of; undefined if that can't be told. */
export function isRetainPolicy(policy: unknown): boolean | undefined {
  return policy === undefined || typeof policy === 'string' ? /^Retain/.test(policy ?? '') : undefined;
}
