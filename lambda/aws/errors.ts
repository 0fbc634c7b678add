/** A failure whose message is written for the operator: it becomes the Reason as it is. */
export class Failure extends Error {}

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
