import { Clock } from '../control/clock';
import { InvocationOutcome } from './model';

/** Emulated milliseconds before the second and the third attempt. */
const retryDelays = [60_000, 120_000];

/** Lambda's retries of asynchronous events: a function error is tried again twice, then given up. */
export class AsynchronousEvents {
  private readonly pauses = new Map<NodeJS.Timeout, () => void>();
  private stopped = false;

  constructor(private readonly clock: Clock) {}

  async deliver(run: (attempt: number) => Promise<InvocationOutcome>): Promise<'success' | 'failed'> {
    for (let attempt = 1; !this.stopped; attempt++) {
      if ((await run(attempt)) === 'success') return 'success';
      const delay = retryDelays[attempt - 1];
      if (delay === undefined) break;
      await this.pause(delay);
    }
    return 'failed';
  }

  stop(): void {
    this.stopped = true;
    for (const [timer, resume] of this.pauses) {
      clearTimeout(timer);
      resume();
    }
  }

  private pause(milliseconds: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resume) => {
      const timer = this.clock.after(milliseconds, () => {
        this.pauses.delete(timer);
        resume();
      });
      this.pauses.set(timer, resume);
    });
  }
}
