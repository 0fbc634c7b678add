import { FunctionProcess, ProcessParts } from './function-process';
import { FunctionEvent, FunctionVersion, InvocationOutcome } from './model';

interface WaitingEvent {
  readonly event: FunctionEvent;
  readonly finish: (outcome: InvocationOutcome) => void;
}

/** One function: its processes, which are reused, and the events that wait for one. */
export class LambdaFunction {
  private readonly processes = new Set<FunctionProcess>();
  private readonly waiting: WaitingEvent[] = [];
  /** Undefined once the function is deleted. */
  private version?: FunctionVersion;

  constructor(
    version: FunctionVersion,
    private readonly concurrency: number,
    private readonly parts: ProcessParts,
  ) {
    this.version = version;
  }

  run(event: FunctionEvent): Promise<InvocationOutcome> {
    return new Promise((finish) => {
      this.waiting.push({ event, finish });
      this.dispatch();
    });
  }

  /** Running invocations end with the version they began with. */
  update(version: FunctionVersion): void {
    this.version = version;
    this.killOutdated();
  }

  /** Running invocations go on to their end, as on AWS. */
  delete(): void {
    this.version = undefined;
    this.killOutdated();
    this.waiting.splice(0).forEach(({ finish }) => finish('error'));
  }

  /** Kills what runs at this moment; returns how many invocations are lost. */
  killRunning(): number {
    const running = [...this.processes].filter((process) => process.running);
    running.forEach((process) => process.kill('Error: Runtime exited with error: signal: killed\nRuntime.ExitError'));
    return running.length;
  }

  async stop(): Promise<void> {
    this.delete();
    this.processes.forEach((process) => process.kill('The embedded AWS was stopped'));
    await Promise.all([...this.processes].map((process) => process.exited));
  }

  private dispatch(): void {
    while (this.waiting.length > 0) {
      const process = [...this.processes].find((candidate) => candidate.idle) ?? this.start();
      const next = process && this.waiting.shift();
      if (!next) return;
      void this.serve(process, next);
    }
  }

  private async serve(process: FunctionProcess, { event, finish }: WaitingEvent): Promise<void> {
    finish(await process.handle(event));
    this.killOutdated();
    this.dispatch();
  }

  private start(): FunctionProcess | undefined {
    const limit = Math.min(this.concurrency, this.version?.configuration.reservedConcurrency ?? 0);
    if (!this.version || this.processes.size >= limit) return undefined;
    const process = new FunctionProcess(this.version, this.parts);
    this.processes.add(process);
    void process.exited.then(() => {
      this.processes.delete(process);
      this.dispatch();
    });
    return process;
  }

  private killOutdated(): void {
    for (const process of this.processes) {
      if (process.idle && process.version !== this.version) process.kill('Outdated');
    }
  }
}
