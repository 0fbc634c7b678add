import { sleep } from './sleep';
import { isThrottling } from './retry';

/** Where it begins, in milliseconds between two requests: ten a second. */
const FIRST_INTERVAL = 100;
/** However little a service takes, in milliseconds: a request must come before its attempt is given up. */
const LONGEST_INTERVAL = 1_000;
/** What an answer and a refusal do to the interval: they balance where one request in twenty is refused. */
const QUICKEN = 0.99;
const SLOW_DOWN = QUICKEN ** -19;
/** What an answer does before the first refusal. */
const SEARCH = 0.975;

/**
 * Finds out how many requests a service takes, and sends hardly more: AWS doesn't publish the rates of DRS.
 * It begins slowly, quickens until it is throttled, and then keeps to where one request in twenty is.
 */
export class RateLimiter {
  private interval = FIRST_INTERVAL;
  private queue = Promise.resolve();
  private wasThrottled = false;

  /** @param signal ends the pauses; nobody has a turn after it */
  constructor(private readonly signal: AbortSignal) {}

  async run<T>(call: () => Promise<T>): Promise<T> {
    await this.turn();
    this.signal.throwIfAborted();
    try {
      const answer = await call();
      this.quicken();
      return answer;
    } catch (error) {
      if (isThrottling(error)) {
        this.slowDown();
      } else {
        this.quicken();
      }
      throw error;
    }
  }

  /** One after the other, each as long after the one before it as the interval is then. */
  private turn(): Promise<void> {
    const turn = this.queue;
    this.queue = turn.then(() => sleep(this.interval, this.signal).catch(() => undefined));
    return turn;
  }

  private quicken() {
    this.interval *= this.wasThrottled ? QUICKEN : SEARCH;
  }

  private slowDown() {
    this.wasThrottled = true;
    this.interval = Math.min(LONGEST_INTERVAL, this.interval * SLOW_DOWN);
  }
}
