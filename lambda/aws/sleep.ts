/** How long work may go on. */
export interface Term {
  /** When it gives up, in milliseconds since 1970. */
  readonly deadline: number;
  /** Ends it at once: aborted before its request is answered, so that nothing comes after the answer. */
  readonly signal: AbortSignal;
}

/** @throws what the signal is aborted with */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  return unlessAborted(signal, over).finally(() => clearTimeout(timer));
}

/**
 * What the work results in. When the signal is aborted, nobody waits for it any more.
 *
 * @throws what the signal is aborted with
 */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** What the work results in, or undefined if that takes longer than so many milliseconds: then nobody waits for it any more. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)));
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
