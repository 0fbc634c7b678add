import { sleep } from '../sleep';
import { isThrottling } from './retry';

/** Where it begins, in milliseconds between two requests: ten a second. */
const FIRST_INTERVAL = 100;
/** However little a service takes, in milliseconds: a request must come before its attempt is given up. */
const LONGEST_INTERVAL = 1_000;
/** What counts as "now" where a rate is measured, in milliseconds. */
const WINDOW = 2_000;

/**
 * Finds out how many requests a service takes, and sends hardly more: AWS doesn't publish the rates of DRS.
 * It begins slowly, quickens until it is throttled, goes back to what was answered, and then feels its way up.
 */
export class Pace {
  private interval = FIRST_INTERVAL;
  private queue = Promise.resolve();
  private wasThrottled = false;
  private slowedAt = 0;
  /** When requests were answered, in milliseconds since 1970: those of the last moments. */
  private answers: number[] = [];

  async keep<T>(call: () => Promise<T>): Promise<T> {
    await this.turn();
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

  /** One after the other, each as long after the one before it as the pace is then. */
  private turn(): Promise<void> {
    const turn = this.queue;
    this.queue = turn.then(() => sleep(this.interval));
    return turn;
  }

  private quicken() {
    const now = Date.now();
    this.answers = [...this.answers.filter((time) => time > now - WINDOW), now];
    this.interval *= this.wasThrottled ? 0.995 : 0.975;
  }

  /** Requests that were under way together are throttled together: that counts once. */
  private slowDown() {
    const now = Date.now();
    if (now - this.slowedAt < WINDOW / 2) {
      return;
    }
    this.slowedAt = now;
    this.wasThrottled = true;
    const answered = this.answers.filter((time) => time > now - WINDOW).length;
    const measured = WINDOW / Math.max(1, answered);
    this.interval = Math.min(LONGEST_INTERVAL, Math.max(this.interval * 1.1, measured));
  }
}
