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
  const characters = Array.from(message.replace(/[\p{Cc}\p{Cs}]+/gu, ' '));
  let bytes = 0;
  const end = characters.findIndex((character) => (bytes += Buffer.byteLength(character)) > LONGEST_MESSAGE);
  return end < 0 ? characters.join('') : `${characters.slice(0, end).join('')}…`;
}
