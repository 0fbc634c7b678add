/** A failure whose message is written for the operator: it becomes the Reason as it is. */
export class Failure extends Error {}

/** What to tell the operator of any error. */
export function messageOf(error: unknown): string {
  if (error instanceof Failure) {
    return error.message;
  }
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
