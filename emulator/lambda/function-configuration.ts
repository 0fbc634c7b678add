import { partition } from '../defaults';
import { ResourceRequest } from '../resource-provider';
import { reservedVariables } from './function-environment';
import { FunctionConfiguration } from './model';

export function functionArn(of: { region: string; accountId: string }, functionName: string): string {
  return `arn:${partition}:lambda:${of.region}:${of.accountId}:function:${functionName}`;
}

/** Reads and checks the properties of an AWS::Lambda::Function. */
export function functionConfiguration({ stack, properties }: ResourceRequest, functionName: string): FunctionConfiguration {
  const { Role, Runtime, Handler, Timeout = 3, MemorySize = 128, Environment, LoggingConfig, ReservedConcurrentExecutions } = properties;
  return {
    functionName,
    functionArn: functionArn(stack, functionName),
    accountId: stack.accountId,
    region: stack.region,
    role: checkedRole(Role),
    ...checkedRuntime(Runtime, Handler),
    timeout: between(1, 900, 'Timeout', Timeout),
    memorySize: between(128, 10_240, 'MemorySize', MemorySize),
    environment: checkedEnvironment((Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {}),
    logGroupName: (LoggingConfig as { LogGroup?: string } | undefined)?.LogGroup ?? `/aws/lambda/${functionName}`,
    reservedConcurrency: ReservedConcurrentExecutions === undefined ? Infinity : Number(ReservedConcurrentExecutions),
  };
}

function checkedRole(role: unknown): string {
  if (typeof role !== 'string') throw new Error('Properties validation failed with message: #: required key [Role] not found');
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(role))
    throw new Error(`Properties validation failed with message: #/Role: ${role} is not the ARN of a role`);
  return role;
}

function checkedRuntime(runtime: unknown, handler: unknown): { runtime: string; handler: string } {
  if (typeof runtime !== 'string' || typeof handler !== 'string') {
    throw new Error('Runtime and Handler are mandatory parameters for functions created with deployment packages.');
  }
  if (!runtime.startsWith('nodejs')) throw new Error(`The embedded AWS runs Node.js functions only, not ${runtime}.`);
  return { runtime, handler };
}

function between(minimum: number, maximum: number, name: string, value: unknown): number {
  const number = Number(value);
  if (number >= minimum && number <= maximum) return number;
  throw new Error(`Properties validation failed with message: #/${name}: ${String(value)} is not between ${minimum} and ${maximum}`);
}

function checkedEnvironment(variables: Record<string, unknown>): Record<string, string> {
  const reserved = Object.keys(variables).filter((name) => reservedVariables.has(name));
  if (reserved.length > 0) {
    throw new Error(
      'Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys ' +
        `that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}
