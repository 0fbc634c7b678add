import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import type { Clock } from '../../../emulator/control/clock';
import type { Iam } from '../../../emulator/iam/iam';
import { AsynchronousEvents } from '../../../emulator/lambda/asynchronous-events';
import { checkExecutionRole } from '../../../emulator/lambda/execution-role';
import { functionProvider } from '../../../emulator/lambda/function-provider';
import type { FunctionConfiguration } from '../../../emulator/lambda/model';
import type { ResourceProviders } from '../../../emulator/resource-provider';
import { handler } from '../../../lambda';
import { STACK_ID_VARIABLE } from '../../../lib/contract';
import { type Death, Invocation, runAs } from './invocation';

/** Lambda in this process: every function runs the source of the handler, with the credentials of its own role. */
export class SimulatedLambda {
  readonly providers: ResourceProviders;
  readonly invocations: Invocation[] = [];
  private readonly functions = new Map<string, FunctionConfiguration>();
  private readonly events: AsynchronousEvents;
  private deaths: { death: Death; calls: number }[] = [];

  constructor(private readonly parts: { clock: Clock; iam: Iam }) {
    this.events = new AsynchronousEvents(parts.clock);
    const put = (configuration: FunctionConfiguration) => {
      checkExecutionRole(configuration.role, parts.iam.roles);
      this.functions.set(configuration.functionArn, configuration);
    };
    const functions = { has: (arn: string) => this.functions.has(arn), put, delete: (arn: string) => void this.functions.delete(arn) };
    this.providers = { 'AWS::Lambda::Function': functionProvider(functions) };
  }

  /** Asynchronous, with two retries; the same event again is a duplicate, or a late one. */
  invoke(functionArn: string, payload: unknown) {
    if (!this.functions.has(functionArn)) {
      throw new Error(`Function not found: ${functionArn}`);
    }
    const event = JSON.parse(JSON.stringify(payload)) as CustomResourceEvent;
    void this.events.deliver(() => this.run(functionArn, event));
  }

  /** Lets a process die at a call. */
  kill(death: Death) {
    this.deaths.push({ death, calls: 0 });
  }

  /** Nobody dies any more. */
  spare() {
    this.deaths = [];
  }

  private async run(functionArn: string, event: CustomResourceEvent): Promise<'success' | 'error'> {
    const configuration = this.functions.get(functionArn);
    if (!configuration) {
      return 'error';
    }
    const id = `invocation-${this.invocations.length}`;
    const credentials = this.parts.iam.issueCredentials(configuration.role, id);
    const ownStackId = configuration.environment[STACK_ID_VARIABLE];
    const invocation = new Invocation(id, event, credentials, ownStackId, (when, operation) => this.takeDeath(when, operation));
    this.invocations.push(invocation);
    invocation.outcome = await this.outcome(invocation, configuration);
    invocation.isAlive = false;
    return invocation.outcome;
  }

  private outcome(invocation: Invocation, { functionArn, timeout: seconds }: FunctionConfiguration): Promise<'success' | 'error'> {
    const timeout = seconds * 1000;
    const end = Date.now() + timeout;
    const context = { invokedFunctionArn: functionArn, getRemainingTimeInMillis: () => end - Date.now() } as Context;
    // Read before the handler awaits anything: all functions share this process.
    process.env[STACK_ID_VARIABLE] = invocation.ownStackId;
    const event = invocation.event as unknown as CloudFormationCustomResourceEvent;
    return new Promise((resolve) => {
      const timer = this.parts.clock.after(timeout, () => resolve('error'));
      const finish = (outcome: 'success' | 'error') => {
        clearTimeout(timer);
        resolve(outcome);
      };
      void invocation.crashed.then(finish);
      runAs(invocation, () => handler(event, context)).then(
        () => invocation.isAlive && finish('success'),
        () => invocation.isAlive && finish('error'),
      );
    });
  }

  private takeDeath(when: Death['when'], operation: string): Death['how'] | undefined {
    const matching = this.deaths.filter(({ death }) => death.when === when && death.operation === operation);
    return matching.filter((counted) => ++counted.calls === counted.death.nth)[0]?.death.how;
  }
}
