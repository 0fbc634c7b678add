import { Failure, messageOf } from './errors';
import { type Message, say } from './message';
import { sleep, type Term, unlessAborted } from './sleep';

/** What retries need of the SDK's exceptions, which are matched by name: services throw more than their models declare. */
interface ServiceError extends Error {
  readonly code?: string;
  readonly retryAfterSeconds?: string | number;
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** Who is to blame, by the model; absent where the answer was no answer of the service. */
  readonly $fault?: string;
  readonly $response?: { readonly statusCode?: number; readonly headers?: Record<string, string> };
}

const THROTTLED = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);
const TIMED_OUT = ['AbortError', 'RequestTimeout', 'RequestTimeoutException', 'TimeoutError'];
/** The name of the error of `partIn`. */
export const INCOMPLETE = 'IncompleteAnswer';
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

/** How long one attempt may take, in milliseconds: a connection can die without a word. */
const ATTEMPT = 30_000;
const LONGEST_PAUSE = 20_000;
/** How long a new or edited policy may need to take effect, and the pause between two looks, in milliseconds. */
const POLICY_PROPAGATION = 90_000;
const POLICY_PAUSE = 5_000;

/** The list of an answer: none must not count for an empty list. */
export function listIn<T>(list: T[] | undefined): T[] {
  return partIn(list, 'list');
}

/**
 * A part of an answer. One that has none was cut off, or is of something else than the service.
 *
 * @throws Error if there is none, which is asked for again
 */
export function partIn<T>(part: T | undefined, what: string): T {
  if (part === undefined) {
    throw Object.assign(new Error(`the answer has no ${what}`), { name: INCOMPLETE });
  }
  return part;
}

export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** How long a call is repeated, and as whom it is made. */
export interface Patience extends Term {
  /** The same, while the last answer was a throttling: whoever calls at the same time has its turn before. As the deadline, if absent. */
  readonly throttledUntil?: number;
  /** Whom to grant what is denied. */
  readonly role?: string;
  /** Whether the action was denied for as long as policies take to spread already. */
  readonly wasDenied?: boolean;
  /** Whether only a throttling is waited for. */
  readonly asksOnce?: boolean;
}

/**
 * Calls AWS until it answers: faults of the service and of the network are repeated until the deadline, throttling perhaps for longer,
 * a denial for as long as policies take to spread.
 */
export async function retry<T>(
  action: string,
  call: (signal: AbortSignal) => Promise<T>,
  { deadline, throttledUntil = deadline, signal, role = "the function's role", wasDenied = false, asksOnce = false }: Patience,
): Promise<T> {
  const deniedUntil = Math.min(deadline, Date.now() + (wasDenied ? 0 : POLICY_PROPAGATION));
  let told: unknown;
  for (let attempt = 0; ; attempt++) {
    try {
      return await oneAttempt(call, { deadline: Date.now() < deadline ? deadline : throttledUntil, signal });
    } catch (error) {
      signal.throwIfAborted();
      // That nobody answered tells less than what was answered before.
      told = told !== undefined && isNamed(error, ...TIMED_OUT) ? told : error;
      const denied = isDenied(error);
      if (asksOnce ? !isThrottling(error) : !denied && !isTransient(error)) {
        throw error;
      }
      const pause = denied ? POLICY_PAUSE : pauseAfter(error as ServiceError, attempt);
      if (Date.now() + pause >= (denied ? deniedUntil : isThrottling(told) ? throttledUntil : deadline)) {
        throw denied
          ? new Failure(deniedMessage(action, role, error), { kind: 'denied' })
          : new Failure(outOfTimeMessage(action, attempt + 1, told), { kind: 'timeout' });
      }
      await sleep(pause, signal);
    }
  }
}

async function oneAttempt<T>(call: (signal: AbortSignal) => Promise<T>, { deadline, signal }: Term): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal.addEventListener('abort', abort);
  // At least a moment: the last attempt may begin just before the deadline.
  const timer = setTimeout(abort, Math.max(1_000, Math.min(ATTEMPT, deadline - Date.now())));
  try {
    return await unlessAborted(signal, call(controller.signal));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && DENIED.has(error.name);
}

/** Whether it may have been done all the same: nobody heard the answer, or a policy asks for what is gone by now. */
export function mayBeDone(error: unknown): boolean {
  return isDenied(error) || (isTransient(error) && !isThrottling(error));
}

export function isThrottling(error: unknown): boolean {
  return error instanceof Error && (THROTTLED.has(error.name) || statusOf(error) === 429);
}

function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  const { name, code, $fault, $response } = error as ServiceError;
  // Of the network, or of Node's HTTP parser; ERR_… would be a mistake of ours.
  const brokenConnection = /^(E(?!RR_)|HPE_)/.test(code ?? '');
  // Something answered, but not the service: its answer was cut off, or a proxy wrote it.
  const unreadable = $response !== undefined && $fault === undefined;
  return brokenConnection || unreadable || name === INCOMPLETE || TIMED_OUT.includes(name) || isThrottling(error) || statusOf(error) >= 500;
}

function statusOf({ $metadata, $response }: ServiceError): number {
  return $metadata?.httpStatusCode ?? $response?.statusCode ?? 0;
}

function pauseAfter(error: ServiceError, attempt: number): number {
  const seconds = Number(error.retryAfterSeconds ?? error.$response?.headers?.['retry-after'] ?? 0);
  const jittered = Math.random() * Math.min(LONGEST_PAUSE, 250 * 2 ** attempt);
  return (Number.isFinite(seconds) ? seconds * 1000 : 0) + jittered;
}

function deniedMessage(action: string, role: string, error: unknown): Message {
  return say`The teardown function may not call ${action}. Grant it to ${role}, then try again. AWS says: ${messageOf(error)}`;
}

function outOfTimeMessage(action: string, attempts: number, error: unknown): Message {
  return say`${action} did not succeed in time, in ${attempts} attempts. Try again later. The last answer was: ${messageOf(error)}`;
}
