import { createHash } from 'node:crypto';
import type { SourceServer } from '@aws-sdk/client-drs';
import { Failure } from '../aws/errors';
import { join, type Message, say } from '../aws/message';
import { isRecord } from '../protocol/request';

/** Which source servers of an account and Region are meant. */
export interface Selection {
  /** For messages. */
  readonly name: Message;
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
    return { name: say`all source servers`, hash: hashOf('all'), matches: () => true };
  }
  const tags = All === undefined && isRecord(Tags) ? Object.entries(Tags).sort(([one], [other]) => (one < other ? -1 : 1)) : [];
  if (tags.length === 0 || tags.some(([, value]) => typeof value !== 'string')) {
    throw new Failure(
      say`It is not clear which source servers are selected: Tags is ${JSON.stringify(Tags)}, All is ${JSON.stringify(All)}. Nothing was done.`,
    );
  }
  return {
    name: join([
      'the source servers with',
      join(
        tags.map(([key, value]) => say`${key}=${String(value)}`),
        ', ',
      ),
    ]),
    hash: hashOf(tags),
    tags: Object.fromEntries(tags) as Record<string, string>,
    matches: (server) => tags.every(([key, value]) => server.tags?.[key] === value),
  };
}

function hashOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
}
