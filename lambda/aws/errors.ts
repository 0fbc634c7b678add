import { type Message, say, type Told } from './message';

/**
 * `denied`: the role may not do what was asked, and no policy that spreads late changed that.
 * `timeout`: the service did not do as asked before the deadline.
 * `expired`: the credentials are of no use any more, for nothing.
 * `permanent`: the same request will always fail in this way.
 * `elsewhere`: what was asked can be done only in another account.
 */
export type FailureKind = 'denied' | 'timeout' | 'expired' | 'permanent' | 'elsewhere';

/** A failure whose message is written for the operator: it becomes the Reason as it is. With another failure as its cause it says more of that, and is of the same kind. */
export class Failure extends Error {
  readonly kind?: FailureKind;
  readonly told: Message;

  constructor(told: Told, { kind, cause }: { readonly kind?: FailureKind; readonly cause?: unknown } = {}) {
    const message = say`${told}`;
    super(String(message), { cause });
    this.told = message;
    this.kind = kind ?? (cause instanceof Failure ? cause.kind : undefined);
  }
}

export function isOfKind(error: unknown, kind: FailureKind): error is Failure {
  return error instanceof Failure && error.kind === kind;
}

/** What to tell the operator of any error. */
export function messageOf(error: unknown): Message {
  return error instanceof Failure ? error.told : say`${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

/** What can be read; undefined if it can't be understood. */
export function ifUnderstood<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
