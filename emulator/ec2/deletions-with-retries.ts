import { Clock } from '../control/clock';
import { AwsError } from '../http/service';

const pause = 15_000;

/** CloudFormation's deletions: tried again while something is in the way, for so many seconds. */
export class DeletionsWithRetries {
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly clock: Clock,
    private readonly seconds: number,
  ) {}

  async run(remove: () => void): Promise<void> {
    const end = this.clock.now() + this.seconds * 1000;
    for (;;) {
      try {
        return remove();
      } catch (error) {
        const isInTheWay = error instanceof AwsError && error.code === 'DependencyViolation';
        if (!isInTheWay || this.clock.now() >= end) throw error;
      }
      await this.pause();
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.after(pause, () => {
        this.timers.delete(timer);
        resolve();
      });
      this.timers.add(timer);
    });
  }
}
