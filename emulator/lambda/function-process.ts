import { ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Clock } from '../control/clock';
import { Iam } from '../iam/iam';
import { LogStore } from '../logs/log-store';
import { functionEnvironment } from './function-environment';
import { FunctionLog } from './function-log';
import { forEachLine } from './lines';
import { FunctionConfiguration, FunctionEvent, FunctionVersion, InvocationOutcome } from './model';
import { RuntimeApi } from './runtime-api';
import { runtimeClientArguments } from './runtime-client';

/** AWS allows 10 seconds. Starting a process takes wall time however fast emulated time runs, and a busy machine needs longer. */
const initializationLimit = 30_000;

export interface ProcessParts {
  readonly clock: Clock;
  readonly iam: Pick<Iam, 'issueCredentials' | 'callerOf' | 'authorize'>;
  readonly logs: LogStore;
  readonly endpoint: string;
  readonly certificateFile: string;
  /** Called when a process is given an event. */
  readonly onDelivery: (configuration: FunctionConfiguration, event: FunctionEvent) => void;
}

/** An event, from the moment a process is chosen for it. */
interface Invocation {
  readonly event: FunctionEvent;
  readonly finish: (outcome: InvocationOutcome) => void;
  /** Emulated; unset while the process is still starting. */
  startedAt?: number;
  timeout?: NodeJS.Timeout;
  answered?: boolean;
}

/** One execution environment of a function: a process that takes one event after another. */
export class FunctionProcess {
  readonly exited: Promise<void>;
  private readonly api = new RuntimeApi({
    ready: () => this.deliver(),
    answered: (requestId, outcome) => void this.answered(requestId, outcome),
  });
  private readonly initialization = setTimeout(() => this.kill('Initialization timed out'), initializationLimit);
  private child?: ChildProcess;
  private log?: FunctionLog;
  private invocation?: Invocation;
  private killed?: string;

  constructor(
    readonly version: FunctionVersion,
    private readonly parts: ProcessParts,
  ) {
    this.exited = this.live();
  }

  get idle(): boolean {
    return !this.invocation && this.killed === undefined;
  }

  get running(): boolean {
    return this.invocation !== undefined;
  }

  /** Never rejects: a process that can't be started, or dies, is a function error. */
  handle(event: FunctionEvent): Promise<InvocationOutcome> {
    return new Promise((finish) => {
      this.invocation = { event, finish };
      this.deliver();
    });
  }

  /** The reason is for the log, should an invocation be lost with the process. */
  kill(reason: string): void {
    this.killed ??= reason;
    this.child?.kill('SIGKILL');
  }

  private async live(): Promise<void> {
    const exit = await this.run().catch(String);
    clearTimeout(this.initialization);
    this.killed ??= `Error: Runtime exited with error: ${exit}\nRuntime.ExitError`;
    this.api.stop();
    if (this.invocation && !this.invocation.answered) this.lose(this.invocation, this.killed);
  }

  /** Runs the process to its end; returns how it ended. */
  private async run(): Promise<string> {
    const { configuration, taskRoot } = this.version;
    const credentials = this.parts.iam.issueCredentials(configuration.role, configuration.functionName);
    const caller = this.parts.iam.callerOf(credentials.accessKeyId);
    if (!caller) throw new Error(`IAM does not know the credentials that it issued for ${configuration.role}`);
    const log = new FunctionLog(configuration, caller, this.parts);
    this.log = log;
    const runtimeApi = await this.api.start();
    if (this.killed !== undefined) return 'killed';

    const env = functionEnvironment(configuration, { credentials, logStreamName: log.streamName, taskRoot, runtimeApi }, this.parts);
    const child = spawn(process.execPath, runtimeClientArguments(this.parts.clock), {
      cwd: taskRoot,
      env,
      // The fourth stays silent: it closes when this process is gone, however it goes, and then the function's goes too.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    const leftOver = [child.stdout!, child.stderr!].map((output) => forEachLine(output, (line) => log.write(line)));
    const exit = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `signal: ${signal}` : `exit status ${code}`));
    });
    await outputRead();
    leftOver.forEach((write) => write());
    return exit;
  }

  /** Gives the process its event as soon as there is one and the process asks for one. */
  private deliver(): void {
    const { invocation } = this;
    if (this.api.asked) clearTimeout(this.initialization);
    if (!invocation || !this.api.asked || invocation.startedAt !== undefined) return;
    const { configuration } = this.version;
    const timeout = configuration.timeout * 1000;
    const startedAt = this.begin(invocation);
    invocation.timeout = this.parts.clock.after(timeout, () =>
      this.kill(`Task timed out after ${configuration.timeout.toFixed(2)} seconds`),
    );
    this.api.deliver({ ...invocation.event, functionArn: configuration.functionArn, deadline: startedAt + timeout });
    this.parts.onDelivery(configuration, invocation.event);
  }

  private async answered(requestId: string, outcome: InvocationOutcome): Promise<void> {
    const { invocation } = this;
    if (invocation?.event.requestId !== requestId || invocation.answered) return;
    clearTimeout(invocation.timeout);
    invocation.answered = true;
    await outputRead();
    this.end(invocation, outcome);
  }

  private lose(invocation: Invocation, reason: string): void {
    clearTimeout(invocation.timeout);
    if (invocation.startedAt === undefined) this.begin(invocation);
    this.log?.write(`RequestId: ${invocation.event.requestId} ${reason}`);
    this.end(
      invocation,
      'error',
      reason.startsWith('Task timed out') ? '\tStatus: timeout' : '\tStatus: error\tError Type: Runtime.ExitError',
    );
  }

  private begin(invocation: Invocation): number {
    this.log?.write(`START RequestId: ${invocation.event.requestId} Version: $LATEST`);
    return (invocation.startedAt = this.parts.clock.now());
  }

  private end(invocation: Invocation, outcome: InvocationOutcome, status = ''): void {
    const { requestId } = invocation.event;
    const duration = this.parts.clock.now() - (invocation.startedAt ?? 0);
    const report = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${duration.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(duration)} ms`,
      `Memory Size: ${this.version.configuration.memorySize} MB`,
      ...peakMemoryOf(this.child),
    ];
    this.log?.write(`END RequestId: ${requestId}`);
    this.log?.write(report.join('\t') + status);
    this.invocation = undefined;
    invocation.finish(outcome);
  }
}

/** Where the system tells: of a process that has ended, and elsewhere than on Linux, it doesn't. */
function peakMemoryOf(child: ChildProcess | undefined): string[] {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? [] : [`Max Memory Used: ${Math.ceil(Number(kilobytes) / 1024)} MB`];
  } catch {
    return [];
  }
}

/** What the process wrote before we heard of it otherwise is in our pipes already, and read within one turn of the event loop. */
async function outputRead(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
