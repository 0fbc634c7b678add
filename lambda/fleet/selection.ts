import { createHash } from 'node:crypto';
import type { SourceServer } from '@aws-sdk/client-drs';
import { Failure } from '../aws/errors';

/** Which source servers of an account and Region are meant. */
export interface Selection {
  /** For messages. */
  readonly name: string;
  /** The same for the same selection, however it is written down. */
  readonly hash: string;
  /** Absent if all are meant. */
  readonly tags?: Readonly<Record<string, string>>;
  matches(server: SourceServer): boolean;
}

/**
 * Reads a selection from the properties of a resource.
 *
 * @throws Failure if it is not clear: nothing may ever be taken for "all"
 */
export function readSelection({ Tags, All }: Readonly<Record<string, unknown>>): Selection {
  if (All === 'true' && Tags === undefined) {
    return { name: 'all source servers', hash: hashOf('all'), matches: () => true };
  }
  const tags = All === undefined && isRecord(Tags) ? Object.entries(Tags).sort(([one], [other]) => (one < other ? -1 : 1)) : [];
  if (tags.length === 0 || tags.some(([, value]) => typeof value !== 'string')) {
    throw new Failure(
      `It is not clear which source servers are selected: Tags is ${JSON.stringify(Tags)}, All is ${JSON.stringify(All)}. Nothing was done.`,
    );
  }
  return {
    name: `the source servers with ${tags.map(([key, value]) => `${key}=${String(value)}`).join(', ')}`,
    hash: hashOf(tags),
    tags: Object.fromEntries(tags) as Record<string, string>,
    matches: (server) => tags.every(([key, value]) => server.tags?.[key] === value),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hashOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
