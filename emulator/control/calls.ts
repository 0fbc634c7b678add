import { FaultKind } from './faults';

/** One request to a service, as CloudTrail would have it. */
export interface Call {
  /** When it arrived, in emulated milliseconds since 1970. */
  readonly time: number;
  readonly service: string;
  readonly operation: string;
  readonly accountId: string;
  readonly region: string;
  readonly callerArn: string;
  readonly userAgent: string;
  /** The JSON body, the form, or the query's parameters. */
  readonly input: unknown;
  /** The HTTP status answered; 0 if there was no answer. */
  readonly status: number;
  /** The code of the error answered. */
  readonly error?: string;
  /** The fault injected. */
  readonly fault?: FaultKind;
}

export type CallListener = (call: Call) => void;

/** Every request, in the order of the answers. */
export class Calls {
  private readonly recorded: Call[] = [];
  private readonly listeners = new Set<CallListener>();

  record(call: Call): void {
    this.recorded.push(call);
    for (const listener of this.listeners) listener(call);
  }

  all(): readonly Call[] {
    return this.recorded;
  }

  of(operation: string): readonly Call[] {
    return this.recorded.filter((call) => call.operation === operation);
  }

  /** Returns what ends the listening. */
  onCall(listener: CallListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
