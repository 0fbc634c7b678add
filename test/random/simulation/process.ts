import { loadSharedConfigFiles } from '@smithy/shared-ini-file-loader';
import { install } from '@sinonjs/fake-timers';
import { runningInvocation } from './invocation';
import { withoutSockets } from './network';

const START = new Date('2026-11-23T03:00:00Z');
/** Whatever is done must come to its end by then, in simulated milliseconds. */
const LONGEST = 48 * 3_600_000;

/** What is simulated of this process until it is stopped: time, chance, the network, the environment and what is written. */
export class SimulatedProcess {
  private readonly time: ReturnType<typeof install>;
  private readonly restore: (() => void)[];

  static async start(seed: number): Promise<SimulatedProcess> {
    const { env } = process;
    process.env = environmentOf(env);
    // Read once and remembered: a file that is read later takes real time.
    await loadSharedConfigFiles();
    return new SimulatedProcess(seed, env);
  }

  private constructor(seed: number, env: NodeJS.ProcessEnv) {
    this.time = install({ now: START, toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const { random } = Math;
    Math.random = generator(seed);
    const { stdout } = process;
    const write = stdout.write.bind(stdout);
    stdout.write = writeLog;
    this.restore = [withoutSockets(), () => (Math.random = random), () => (stdout.write = write), () => (process.env = env)];
  }

  setEndpoint(endpoint: string) {
    process.env.AWS_ENDPOINT_URL = endpoint;
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    let isOver = false;
    setTimeout(() => (isOver = true), milliseconds);
    await this.passUntil(() => isOver);
  }

  /** Lets time pass until something holds; false if it never does. */
  async passUntil(holds: () => boolean): Promise<boolean> {
    const end = Date.now() + LONGEST;
    await everythingThatIsDue();
    while (!holds()) {
      if (this.time.countTimers() === 0 || Date.now() > end) {
        return false;
      }
      this.time.next();
      await everythingThatIsDue();
    }
    return true;
  }

  stop() {
    this.time.reset();
    this.time.uninstall();
    this.restore.forEach((restore) => restore());
  }
}

/** Timers apart, all that can happen now: every promise, and every stream, comes before the next immediate. */
function everythingThatIsDue(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** This process's environment without its credentials: an invocation has those of its function's role in it, as each process of Lambda does. */
function environmentOf(actual: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(actual).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(others),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    get AWS_ACCESS_KEY_ID() {
      return runningInvocation()?.credentials.accessKeyId;
    },
    get AWS_SECRET_ACCESS_KEY() {
      return runningInvocation()?.credentials.secretAccessKey;
    },
    get AWS_SESSION_TOKEN() {
      return runningInvocation()?.credentials.sessionToken;
    },
  };
}

/** What a process writes once it is dead, nobody sees. */
function writeLog(line: string | Uint8Array): boolean {
  const invocation = runningInvocation();
  if (invocation?.isAlive) {
    invocation.log.push(String(line));
  }
  return true;
}

/** Numbers that look random and are always the same for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
