import { strToU8, zipSync } from 'fflate';
import { Clock } from '../../../emulator/control/clock';
import { AwsError } from '../../../emulator/http/service';
import { PolicyDocument } from '../../../emulator/iam/policy-document';
import { Roles } from '../../../emulator/iam/roles';
import { Delivery, Lambda, LambdaParts } from '../../../emulator/lambda/lambda';
import { logGroupArn } from '../../../emulator/logs/log-store';
import { ResourceProvider, ResourceRequest } from '../../../emulator/resource-provider';

export const stack = {
  stackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Test/1',
  stackName: 'Test',
  accountId: '111122223333',
  region: 'eu-central-1',
};
export const role = 'arn:aws:iam::111122223333:role/teardown';

export interface LambdaHarness {
  readonly lambda: Lambda;
  readonly clock: Clock;
  /** Every event given to a process, in order. */
  readonly deliveries: Delivery[];
  /** Creates a function named `name` in a log group that exists; returns its ARN. */
  create(name: string, code: string, properties?: Record<string, unknown>): Promise<string>;
  /** What a function wrote, without the time and request ID that the runtime client puts before it. */
  messages(name: string): string[];
}

/** Lambda on its own, with an IAM that knows everybody and allows what `denied` does not name. */
export function startLambda(
  overrides: Partial<LambdaParts> & { speed?: number; concurrency?: number; denied?: string[] } = {},
): LambdaHarness {
  const { speed = 600, concurrency = 4, denied = [], ...parts } = overrides;
  const clock = new Clock(speed);
  const assets = new Map<string, Buffer>();
  const lambda = new Lambda({
    clock,
    settings: { functionConcurrency: concurrency },
    iam: fakeIam(denied),
    s3: { getObject: (bucket, key) => assets.get(`${bucket}/${key}`) },
    endpoint: 'http://127.0.0.1:1',
    certificateFile: '',
    ...parts,
  });
  const deliveries: Delivery[] = [];
  lambda.onInvoke((delivery) => deliveries.push(delivery));

  return {
    lambda,
    clock,
    deliveries,
    create: async (name, code, properties = {}) => {
      const key = `${assets.size}.zip`;
      assets.set(`assets/${key}`, asset(code));
      const logGroup = `/test/${name}`;
      lambda.logs.putGroup({ name: logGroup, arn: logGroupArn(stack, logGroup) });
      const all = {
        ...required,
        FunctionName: name,
        Code: { S3Bucket: 'assets', S3Key: key },
        LoggingConfig: { LogGroup: logGroup },
        ...properties,
      };
      return (await provider(lambda, 'AWS::Lambda::Function').create(request(all))).attributes.Arn as string;
    },
    messages: (name) => lambda.logs.lines(`/test/${name}`).map(({ message }) => message.split('\tINFO\t').pop() as string),
  };
}

/** At 600 times the speed Lambda's default timeout of 3 seconds would be 5 ms: too little for any handler. */
export const required = { Role: role, Runtime: 'nodejs20.x', Handler: 'index.handler', Timeout: 900 };

export function asset(code: string): Buffer {
  return Buffer.from(zipSync({ 'index.js': strToU8(code) }));
}

export function request(properties: Record<string, unknown>): ResourceRequest {
  return { stack, logicalId: 'Function', resourceType: 'AWS::Lambda::Function', properties, signal: new AbortController().signal };
}

export function provider(lambda: Lambda, resourceType: string): ResourceProvider {
  const found = lambda.providers[resourceType];
  if (!found) throw new Error(`No provider for ${resourceType}`);
  return found;
}

export function fakeIam(denied: string[] = []): LambdaParts['iam'] {
  let issued = 0;
  const roles = new Roles(new Clock(1), 0);
  const trustOf = (service: string): PolicyDocument => ({
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }],
  });
  roles.create(stack.accountId, 'teardown', '/', trustOf('lambda.amazonaws.com'));
  roles.create(stack.accountId, 'of-somebody-else', '/', trustOf('ec2.amazonaws.com'));
  return {
    roles,
    issueCredentials: (_, sessionName) => ({
      accessKeyId: `ASIA${++issued}`,
      secretAccessKey: `secret-of-${sessionName}`,
      sessionToken: 'token',
    }),
    callerOf: (accessKeyId) => ({ kind: 'role', accountId: stack.accountId, arn: `arn:aws:sts::${accessKeyId}`, roleName: 'teardown' }),
    authorize: (_, action) => {
      if (denied.includes(action)) throw new AwsError('AccessDeniedException', `not authorized to perform: ${action}`, 403);
    },
  };
}
