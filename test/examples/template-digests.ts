import { createHash } from 'node:crypto';

export interface Template {
  readonly Resources: Record<string, { readonly Type: string }>;
  readonly [section: string]: unknown;
}

/** A line for each resource, by its logical ID, and one for the other sections together: if a line stays, so did what is deployed. */
export function digestOf({ Resources, ...others }: Template): Record<string, string> {
  const lines = Object.entries(Resources).map(([id, resource]) => [id, `${resource.Type} ${hashOf(resource)}`] as const);
  return { ...Object.fromEntries(lines), '(all that is no resource)': hashOf(others) };
}

/** The hash of an asset; a pipeline also names where it goes, and that name ends with another hash of the same. */
const ASSET = /\b[0-9a-f]{64}\b(:[\w-]+-[0-9a-f]{8}\b)?/g;

function hashOf(value: unknown): string {
  const text = JSON.stringify(value, sorted).replace(ASSET, 'ASSET');
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The order of keys means nothing to CloudFormation. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const entries = Object.entries(value as Record<string, unknown>);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
