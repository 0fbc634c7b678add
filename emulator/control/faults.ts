import { Clock } from './clock';

/** The injected faults that a service answers with an error of its own. */
export type FaultErrorKind = 'throttle' | 'internal' | 'denied';

/** 'reset' breaks the connection before anything is done, 'lost-answer' after it was done; 'hang' never answers. */
export type FaultKind = FaultErrorKind | 'reset' | 'slow' | 'lost-answer' | 'hang';

export interface Fault {
  readonly kind: FaultKind;
  /** Emulated milliseconds until a 'slow' request is handled. */
  readonly delay?: number;
  /** Seconds that a 'throttle' or 'internal' asks the caller to wait. */
  readonly retryAfter?: number;
}

export interface FaultRule extends Fault {
  /** A service's signing name. */
  readonly service: string;
  readonly operation: string;
  /** The call it starts with, counted from now; 1 unless told. */
  readonly nth?: number;
  /** How many calls in a row; 1 unless told. */
  readonly times?: number;
}

export interface RateLimit {
  readonly service: string;
  /** All of the service's operations together unless told. */
  readonly operation?: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** What goes wrong, and when: asked once for each request. */
export class Faults {
  private rules: { rule: FaultRule; calls: number }[] = [];
  private buckets: { limit: RateLimit; tokens: number; filled: number }[] = [];

  constructor(private readonly clock: Clock) {}

  add(rule: FaultRule): void {
    this.rules.push({ rule, calls: 0 });
  }

  /** A token bucket in emulated time; a request that finds it empty is throttled. */
  limit(limit: RateLimit): void {
    this.buckets.push({ limit, tokens: limit.burst, filled: this.clock.now() });
  }

  clear(): void {
    this.rules = [];
    this.buckets = [];
  }

  /** The fault that befalls this request, if any. */
  take(service: string, operation: string): Fault | undefined {
    const due = this.rules
      .filter(({ rule }) => rule.service === service && rule.operation === operation)
      .filter((counted) => isDue(counted.rule, ++counted.calls));
    return due[0]?.rule ?? this.takeToken(service, operation);
  }

  private takeToken(service: string, operation: string): Fault | undefined {
    const now = this.clock.now();
    const buckets = this.buckets.filter(({ limit }) => limit.service === service && (limit.operation ?? operation) === operation);
    for (const bucket of buckets) {
      bucket.tokens = Math.min(bucket.limit.burst, bucket.tokens + ((now - bucket.filled) / 1000) * bucket.limit.perSecond);
      bucket.filled = now;
    }
    if (buckets.some(({ tokens }) => tokens < 1)) return { kind: 'throttle' };
    for (const bucket of buckets) bucket.tokens -= 1;
    return undefined;
  }
}

function isDue({ nth = 1, times = 1 }: FaultRule, call: number): boolean {
  return call >= nth && call < nth + times;
}
