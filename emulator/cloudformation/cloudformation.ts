import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Calls } from '../control/calls';
import { Clock } from '../control/clock';
import { Faults } from '../control/faults';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { xmlElement, xmlResponse } from '../http/xml';
import { Iam } from '../iam/iam';
import { ResourceProviders } from '../resource-provider';
import { Settings } from '../settings';
import { ApiOperations } from './api/api';
import { changeSets } from './api/change-sets';
import { changeStacks } from './api/change-stacks';
import { describeResources } from './api/describe-resources';
import { describeStacks } from './api/describe-stacks';
import { QueryInput } from './api/query';
import { templates } from './api/templates';
import { CustomResourceRequest, CustomResources } from './custom-resource';
import { Right, withRights } from './deployer-rights';
import { Engine, EngineProvider } from './engine';
import { PendingFunctions } from './express';
import { reasonOf, validationError } from './errors';
import { ResourceInstance, StackEvent, StackEventListener } from './model';
import { NestedStacks } from './nested-stack';
import { ResponseEndpoint } from './response-endpoint';
import { Stack } from './stack';
import { refactor } from './stack-operations/refactor';
import { Stacks } from './stacks';
import { fetchTemplate, TemplateStore } from './template-url';
import { madeUpAttribute, UnsupportedTypes } from './unsupported-type';
import { WaitConditionHandles, WaitConditions } from './wait-condition';

const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

const operations: ApiOperations = { ...changeStacks, ...changeSets, ...describeStacks, ...describeResources, ...templates };

/** The query protocol's, for what every service may answer. */
const olderNames: Record<string, string> = {
  AccessDeniedException: 'AccessDenied',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  ThrottlingException: 'Throttling',
  UnrecognizedClientException: 'InvalidClientTokenId',
};

export interface CloudFormationParts {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly iam: Iam;
  readonly s3: TemplateStore;
  readonly faults: Faults;
  readonly calls: Calls;
  /** Of all resource types but CloudFormation's own. */
  readonly providers: ResourceProviders;
  /** Invokes a function asynchronously; throws what CloudFormation would say if there is no such function. */
  readonly invoke: (functionArn: string, payload: unknown) => unknown;
  readonly certificate: { readonly key: string; readonly cert: string };
}

/** A side of a stack refactoring. */
export interface Refactored {
  readonly stackName: string;
  readonly logicalId: string;
  readonly templateBody: string;
}

/** AWS CloudFormation: its API, and the machinery behind it. */
export class CloudFormation implements Service {
  readonly signingName = 'cloudformation';
  /** Every custom resource request ever sent, with the responses to it; oldest first. */
  readonly customResourceRequests: readonly CustomResourceRequest[];
  private readonly eventListeners = new Set<StackEventListener>();
  private readonly unsupportedTypeListeners = new Set<(type: string) => void>();
  private readonly stacks: Stacks;
  private readonly endpoint: ResponseEndpoint;
  private readonly customResources: CustomResources;
  private readonly waitConditions: WaitConditions;
  private readonly unsupportedTypes = new UnsupportedTypes((type) => this.unsupportedTypeListeners.forEach((listener) => listener(type)));
  private readonly providers: Readonly<Record<string, EngineProvider>>;
  private readonly engine: Engine;
  private lastTimestamp = 0;
  private isStopped = false;

  constructor(private readonly parts: CloudFormationParts) {
    const { clock, settings } = parts;
    this.stacks = new Stacks({ time: () => clock.now(), timestamp: () => this.timestamp(), emit: (event) => this.emit(event) });
    this.endpoint = new ResponseEndpoint(clock, parts.faults, parts.certificate);
    const pending = new PendingFunctions(clock, (stackId) => this.stacks.get(stackId));
    const invoke = (functionArn: string, payload: unknown): unknown => {
      pending.check(functionArn);
      return parts.invoke(functionArn, payload);
    };
    this.customResources = new CustomResources(clock, this.endpoint, invoke, settings.pendingFunction === 'tried-again');
    this.customResourceRequests = this.customResources.requests;
    this.waitConditions = new WaitConditions(clock);
    this.engine = {
      clock,
      settings,
      stacks: this.stacks,
      providerOf: (type) => this.withRights(type, this.providerOf(type) ?? this.unsupportedTypes),
      missingAttribute: (instance, name, stack) => this.missingAttribute(instance, name, stack),
      run: (stack, operation) => run(stack, operation),
    };
    const functions = parts.providers['AWS::Lambda::Function'];
    this.providers = {
      ...parts.providers,
      ...(functions && { 'AWS::Lambda::Function': pending.by(functions) }),
      'AWS::CloudFormation::CustomResource': this.customResources,
      'AWS::CloudFormation::Stack': new NestedStacks(this.engine, (url) => fetchTemplate(parts.s3, url)),
      'AWS::CloudFormation::WaitCondition': this.waitConditions,
      'AWS::CloudFormation::WaitConditionHandle': new WaitConditionHandles(() => this.endpoint.unusedUrl()),
    };
  }

  /** Opens the HTTPS port of the response URLs. */
  async start(): Promise<void> {
    await this.endpoint.start();
  }

  /** What runs is left as it is: no timer and no port stays behind. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.customResources.stop();
    this.waitConditions.stop();
    await this.endpoint.stop();
  }

  operationOf(request: ServiceRequest): string | undefined {
    const action = parametersOf(request).get('Action');
    return action !== null && Object.hasOwn(operations, action) ? action : undefined;
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const action = this.operationOf(request);
    const operation = action && operations[action];
    if (!operation) throw new AwsError('InvalidAction', 'Could not find operation', 400);
    const api = { engine: this.engine, iam: this.parts.iam, fetchTemplate: (url: string) => fetchTemplate(this.parts.s3, url) };
    const result = operation(api, new QueryInput(parametersOf(request)), request);
    const answer = { [`${action}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } };
    return xmlResponse(200, xmlElement(`${action}Response`, answer, namespace));
  }

  refuse(error: AwsError): ServiceResponse {
    const code = olderNames[error.code] ?? error.code;
    const described = { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: code, Message: error.message };
    return xmlResponse(error.status, xmlElement('ErrorResponse', { Error: described, RequestId: randomUUID() }, namespace), error.headers);
  }

  /** Returns what ends the listening. */
  onEvent(listener: StackEventListener): () => void {
    this.eventListeners.add(listener);
    return () => this.eventListeners.delete(listener);
  }

  /** Calls back once for each resource type that is not supported. Returns what ends the listening. */
  onUnsupportedType(listener: (type: string) => void): () => void {
    this.unsupportedTypeListeners.add(listener);
    return () => this.unsupportedTypeListeners.delete(listener);
  }

  /** The stack's status once no operation runs on it any more. A name means the newest stack of that name, deleted or not. */
  async settled(stackNameOrId: string): Promise<string> {
    const stack = this.newest(stackNameOrId);
    for (let running = runningOn(stack); running; running = runningOn(stack)) await running;
    return stack.status;
  }

  /** Lets a stack, with all that has happened to it, be older by so many milliseconds. */
  age(stackName: string, milliseconds: number): void {
    const stacks = this.stacks.all().filter((stack) => stack.root.stackName === stackName);
    for (const stack of stacks) stack.age(milliseconds);
  }

  /** What CreateStackRefactor and ExecuteStackRefactor do with a resource; each stack by its name, with the template that it has afterwards. */
  refactor(source: Refactored, destination: Refactored): void {
    const [from, to] = [source, destination].map(({ stackName, ...more }) => ({ stack: this.newest(stackName), ...more }));
    refactor([from, to], [{ source: from, destination: to }], this.parts.settings.refactoring === 'moves-custom-resources');
  }

  private newest(stackNameOrId: string): Stack {
    const stack = this.stacks
      .all()
      .filter(({ stackId, stackName }) => stackId === stackNameOrId || stackName === stackNameOrId)
      .at(-1);
    if (!stack) throw new Error(`Stack ${stackNameOrId} does not exist`);
    return stack;
  }

  private providerOf(type: string): EngineProvider | undefined {
    if (this.isStopped) throw new Error('The embedded CloudFormation has been stopped.');
    return this.providers[type] ?? (type.startsWith('Custom::') ? this.customResources : undefined);
  }

  private withRights(type: string, provider: EngineProvider): EngineProvider {
    const { iam, settings } = this.parts;
    const authorize = (stackId: string, [action, resource, context]: Right): void => {
      const caller = this.stacks.get(stackId).root.deployer?.caller;
      if (caller) iam.authorize(caller, action, resource, { 'aws:ViaAWSService': 'true', ...context });
    };
    return withRights(type, provider, iam.roles, authorize, settings.invocationViaService);
  }

  private missingAttribute(instance: ResourceInstance, name: string, stack: Stack): unknown {
    const { type, logicalId } = instance.definition;
    const provider = this.providerOf(type);
    if (!provider) return madeUpAttribute(instance, name, stack);
    if (provider !== this.customResources)
      throw validationError(`Template error: resource ${logicalId} does not support attribute type ${name} in Fn::GetAtt`);
    const requests = this.customResourceRequests.filter(
      ({ event }) => event.StackId === stack.stackId && event.LogicalResourceId === logicalId,
    );
    const object = [stack.stackId, logicalId, requests.at(-1)?.event.RequestId].join('|');
    const bucket = `cloudformation-custom-resource-storage-${stack.region.replaceAll('-', '')}`;
    throw validationError(
      `CustomResource attribute error: Vendor response doesn't contain ${name} key in object ${object} in S3 bucket ${bucket}`,
    );
  }

  /** The CDK CLI shows what is newer than its own start, by its own clock, and shuffles events of the same time. */
  private timestamp(): number {
    this.lastTimestamp = Math.max(Date.now(), this.lastTimestamp + 1);
    return this.lastTimestamp;
  }

  private emit(event: StackEvent): void {
    for (const listener of this.eventListeners) listener(event);
  }
}

/** An operation begins when the one before it, now cancelled, has ended. */
async function run(stack: Stack, operation: (cancellation: AbortController) => Promise<void>): Promise<void> {
  const previous = stack.operation;
  previous?.cancellation.abort();
  const cancellation = new AbortController();
  // One listener for each resource that is being created at the time.
  setMaxListeners(0, cancellation.signal);
  const ended = (async () => {
    await previous?.ended;
    try {
      await operation(cancellation);
    } catch (error) {
      stack.transition(stack.status.replace(/(_CLEANUP)?_IN_PROGRESS$/, '_FAILED'), `Internal Failure: ${reasonOf(error)}`);
    }
  })();
  const started = { cancellation, ended };
  stack.operation = started;
  await ended;
  if (stack.operation === started) stack.operation = undefined;
}

/** A nested stack is settled when its root is. */
function runningOn(stack: Stack): Promise<void> | undefined {
  return stack.operation?.ended ?? (stack.parent && runningOn(stack.parent));
}

function parametersOf({ query, body }: ServiceRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString()) : query;
}
