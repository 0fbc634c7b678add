export interface FunctionConfiguration {
  readonly functionName: string;
  readonly functionArn: string;
  readonly accountId: string;
  readonly region: string;
  readonly role: string;
  readonly runtime: string;
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly reservedConcurrency: number;
}

export type InvocationOutcome = 'success' | 'error';

/** A function as it stands since its last update, and where its code is. */
export interface FunctionVersion {
  readonly configuration: FunctionConfiguration;
  readonly taskRoot: string;
}

export interface FunctionEvent {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** 1, then 2 and 3 for Lambda's retries. */
  readonly attempt: number;
}
