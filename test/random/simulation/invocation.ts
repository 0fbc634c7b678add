import { AsyncLocalStorage } from 'node:async_hooks';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { SessionCredentials } from '../../../emulator/iam/model';

/** A process that dies, or stands still until Lambda kills it, when it makes or has made a call. */
export interface Death {
  readonly operation: string;
  readonly when: 'before' | 'after';
  readonly how: 'crash' | 'freeze';
  /** The call, counted from now over all processes; 1 is the next. */
  readonly nth: number;
}

/** A request on its way; some never arrive. */
export interface Sending {
  readonly operation: string;
  readonly body: string;
  /** In milliseconds since 1970. */
  readonly sentAt: number;
}

/** One run of the handler: what a process of its own would be. */
export class Invocation {
  isAlive = true;
  /** Whether it has begun to answer: then nothing else may be asked. */
  answers = false;
  /** The statuses that its responses to CloudFormation were answered with. */
  readonly heard: number[] = [];
  readonly log: string[] = [];
  /** What it has sent, whatever became of it. */
  readonly sent: Sending[] = [];
  /** Whether its process died, or its response met a fault: then it may fail. */
  isHarmed = false;
  outcome: 'running' | 'success' | 'error' = 'running';
  readonly crashed: Promise<'error'>;
  private crash: () => void = () => undefined;

  constructor(
    readonly id: string,
    readonly event: CustomResourceEvent,
    readonly credentials: SessionCredentials,
    /** The stack that its function was deployed with. */
    readonly ownStackId: string,
    private readonly takeDeath: (when: Death['when'], operation: string) => Death['how'] | undefined,
  ) {
    this.crashed = new Promise((resolve) => (this.crash = () => resolve('error')));
  }

  /** Whether the process ends here. */
  dies(when: Death['when'], operation: string): boolean {
    const how = this.isAlive ? this.takeDeath(when, operation) : undefined;
    if (how) {
      this.isAlive = false;
      this.isHarmed = true;
    }
    if (how === 'crash') {
      this.crash();
    }
    return !this.isAlive;
  }

  /** `status` is undefined if the connection broke. */
  hears(operation: string, status: number | undefined) {
    if (operation === 'PutResponse') {
      this.heard.push(status ?? 0);
      this.isHarmed ||= status !== 200;
    }
  }
}

const running = new AsyncLocalStorage<Invocation>();

export function runningInvocation(): Invocation | undefined {
  return running.getStore();
}

export function runAs<T>(invocation: Invocation, code: () => T): T {
  return running.run(invocation, code);
}
