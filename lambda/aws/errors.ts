/**
 * `denied`: the role may not do what was asked, and no policy that spreads late changed that.
 * `timeout`: the service did not do as asked before the deadline.
 * `expired`: the credentials are of no use any more, for nothing.
 */
export type FailureKind = 'denied' | 'timeout' | 'expired';

/** A failure whose message is written for the operator: it becomes the Reason as it is. With another failure as its cause it says more of that, and is of the same kind. */
export class Failure extends Error {
  readonly kind?: FailureKind;

  constructor(message: string, { kind, cause }: { readonly kind?: FailureKind; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.kind = kind ?? (cause instanceof Failure ? cause.kind : undefined);
  }
}

export function isOfKind(error: unknown, kind: FailureKind): boolean {
  return error instanceof Failure && error.kind === kind;
}

/** What others wrote is cut to so many bytes, so that our own words still fit into a response. */
const LONGEST_MESSAGE = 500;

/** What to tell the operator of any error. */
export function messageOf(error: unknown): string {
  if (error instanceof Failure) {
    return error.message;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // Control characters and halves of characters would take six bytes each.
  return cut(message.replace(/[\p{Cc}\p{Cs}]+/gu, ' '), LONGEST_MESSAGE);
}

/** What can be read; undefined if it can't be understood. */
export function ifUnderstood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** How many bytes a text takes in a response, which is JSON. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** The beginning of a text that is longer than so many bytes, without half a character or half a command. */
export function cut(text: string, longest: number): string {
  const characters = Array.from(text);
  let bytes = 0;
  const end = characters.findIndex((character) => (bytes += bytesOf(character)) > longest);
  const kept = characters.slice(0, end).join('');
  const isInCommand = kept.split('`').length % 2 === 0;
  return end < 0 ? text : `${isInCommand ? kept.slice(0, kept.lastIndexOf('`')) : kept}…`;
}
