import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Clock } from '../control/clock';
import { Iam } from '../iam/iam';
import { KnownRoles } from '../iam/model';
import { logGroupProvider } from '../logs/log-group-provider';
import { LogStore } from '../logs/log-store';
import { ResourceProviders } from '../resource-provider';
import { S3 } from '../s3/s3';
import { Settings } from '../settings';
import { AsynchronousEvents } from './asynchronous-events';
import { checkExecutionRole } from './execution-role';
import { unpackCode } from './function-code';
import { functionProvider } from './function-provider';
import { LambdaFunction } from './lambda-function';
import { FunctionConfiguration, FunctionEvent } from './model';

export interface LambdaParts {
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'functionConcurrency'>;
  readonly iam: Pick<Iam, 'issueCredentials' | 'callerOf' | 'authorize'> & { readonly roles: Pick<KnownRoles, 'find'> };
  readonly s3: Pick<S3, 'getObject'>;
  readonly endpoint: string;
  readonly certificateFile: string;
}

export interface AsyncInvocation {
  /** After the retries; never rejects. */
  readonly settled: Promise<'success' | 'failed'>;
}

/** An event that is given to a process. */
export interface Delivery {
  readonly functionArn: string;
  readonly payload: unknown;
  readonly requestId: string;
  readonly attempt: number;
}

/** AWS Lambda: functions in processes of the official runtime client, invoked asynchronously. */
export class Lambda {
  readonly logs = new LogStore();
  readonly providers: ResourceProviders;
  private readonly functions = new Map<string, LambdaFunction>();
  /** Deleted functions, of which an invocation may still be running. */
  private readonly deleted: LambdaFunction[] = [];
  private readonly events: AsynchronousEvents;
  private readonly listeners: ((delivery: Delivery) => void)[] = [];
  private readonly codeDirectory = fs.mkdtempSync(path.join(os.tmpdir(), 'embedded-lambda-'));
  private deliveriesOfNext = 1;

  constructor(private readonly parts: LambdaParts) {
    this.events = new AsynchronousEvents(parts.clock);
    this.providers = {
      'AWS::Lambda::Function': functionProvider({
        has: (functionArn) => this.functions.has(functionArn),
        put: (configuration, code) => this.put(configuration, code),
        delete: (functionArn) => this.delete(functionArn),
      }),
      'AWS::Logs::LogGroup': logGroupProvider(this.logs),
    };
  }

  /** Asynchronous invocation, with Lambda's two retries. */
  invoke(functionArn: string, payload: unknown): AsyncInvocation {
    const requestId = randomUUID();
    if (!this.functions.has(functionArn)) {
      throw new Error(`Function not found: ${functionArn} (Service: Lambda, Status Code: 404, Request ID: ${requestId})`);
    }
    const event = { requestId, payload: JSON.stringify(payload ?? null) };
    // Looked up for each attempt: the function may be deleted between two of them.
    const run = async (attempt: number) => this.functions.get(functionArn)?.run({ ...event, attempt }) ?? 'error';
    const deliveries = Array.from({ length: this.deliveriesOfNext }, () => this.events.deliver(run));
    this.deliveriesOfNext = 1;
    return { settled: Promise.all(deliveries).then(([first]) => first ?? 'failed') };
  }

  /** Calls back when a process is given an event. */
  onInvoke(listener: (delivery: Delivery) => void): void {
    this.listeners.push(listener);
  }

  /** Fault: kills the processes of a function that are working at this moment. */
  killDuring(functionArnOrName: string): void {
    const functions = [...this.functions].filter(([arn]) => arn === functionArnOrName || arn.endsWith(`:function:${functionArnOrName}`));
    const killed = functions.reduce((sum, [, lambdaFunction]) => sum + lambdaFunction.killRunning(), 0);
    if (killed === 0) throw new Error(`Nothing to kill: ${functionArnOrName} is not working on an event`);
  }

  /** Fault: delivers the next event twice, as Lambda may. */
  deliverTwice(): void {
    this.deliveriesOfNext = 2;
  }

  async stop(): Promise<void> {
    this.events.stop();
    const functions = [...this.functions.values(), ...this.deleted];
    this.functions.clear();
    await Promise.all(functions.map((lambdaFunction) => lambdaFunction.stop()));
    fs.rmSync(this.codeDirectory, { recursive: true, force: true });
  }

  private put(configuration: FunctionConfiguration, code: unknown): void {
    checkExecutionRole(configuration.role, this.parts.iam.roles);
    const taskRoot = fs.mkdtempSync(path.join(this.codeDirectory, `${configuration.functionName}-`));
    unpackCode(code, this.parts.s3, taskRoot);
    const version = { configuration, taskRoot };
    const existing = this.functions.get(configuration.functionArn);
    if (existing) return existing.update(version);
    this.functions.set(
      configuration.functionArn,
      new LambdaFunction(version, this.parts.settings.functionConcurrency, this.processParts()),
    );
  }

  private processParts() {
    const onDelivery = ({ functionArn }: FunctionConfiguration, { requestId, attempt, payload }: FunctionEvent): void => {
      const delivery = { functionArn, requestId, attempt, payload: JSON.parse(payload) as unknown };
      this.listeners.forEach((listener) => listener(delivery));
    };
    return { ...this.parts, logs: this.logs, onDelivery };
  }

  private delete(functionArn: string): void {
    const lambdaFunction = this.functions.get(functionArn);
    if (!lambdaFunction) return;
    this.functions.delete(functionArn);
    this.deleted.push(lambdaFunction);
    lambdaFunction.delete();
  }
}
