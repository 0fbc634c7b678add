import { randomUUID } from 'node:crypto';
import {
  CloudFormationClient,
  CreateStackCommand,
  CreateStackCommandInput,
  DeleteStackCommand,
  DeleteStackCommandInput,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  Stack,
  StackResourceSummary,
  UpdateStackCommand,
  UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation';
import { CloudFormation } from '../../../emulator/cloudformation/cloudformation';
import { CustomResourceRequest } from '../../../emulator/cloudformation/custom-resource';
import { StackEvent } from '../../../emulator/cloudformation/model';
import { Calls } from '../../../emulator/control/calls';
import { createCertificate } from '../../../emulator/control/certificate';
import { Clock } from '../../../emulator/control/clock';
import { Faults } from '../../../emulator/control/faults';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { HttpGateway, openPort } from '../../../emulator/http/gateway';
import { Iam } from '../../../emulator/iam/iam';
import { ResourceProviders } from '../../../emulator/resource-provider';
import { defaultSettings, Settings } from '../../../emulator/settings';
import { FakeFunctions } from './fake-functions';
import { TestResources } from './test-resource';

/** CloudFormation behind the real HTTP gateway; the functions and Test::Resource are fakes, and S3 is a map. */
export class EmbeddedCloudFormation {
  readonly events: StackEvent[] = [];
  readonly unsupportedTypes: string[] = [];

  private constructor(
    readonly cloudFormation: CloudFormation,
    readonly client: CloudFormationClient,
    readonly clock: Clock,
    readonly iam: Iam,
    readonly faults: Faults,
    readonly functions: FakeFunctions,
    readonly testResources: TestResources,
    readonly objects: Map<string, Buffer>,
    readonly endpoint: string,
    private readonly gateway: HttpGateway,
  ) {
    cloudFormation.onEvent((event) => this.events.push(event));
    cloudFormation.onUnsupportedType((type) => this.unsupportedTypes.push(type));
  }

  static async start({
    settings = {},
    providers = {},
  }: { settings?: Partial<Settings>; providers?: ResourceProviders } = {}): Promise<EmbeddedCloudFormation> {
    const all: Settings = { ...defaultSettings, speed: 1000, ...settings };
    const clock = new Clock(all.speed);
    const iam = new Iam({ clock, settings: all });
    const faults = new Faults(clock);
    const calls = new Calls();
    const certificate = await createCertificate();
    const functions = new FakeFunctions(certificate.cert);
    const testResources = new TestResources();
    const objects = new Map<string, Buffer>();
    const cloudFormation = new CloudFormation({
      clock,
      settings: all,
      iam,
      faults,
      calls,
      certificate,
      s3: { getObject: (bucket, key) => objects.get(`${bucket}/${key}`) },
      providers: { ...iam.providers, 'Test::Resource': testResources, ...providers },
      invoke: (functionArn, payload) => functions.invoke(functionArn, payload),
    });
    const gateway = new HttpGateway(await openPort(), { clock, authenticator: iam, faults, calls });
    gateway.serve(cloudFormation);
    await cloudFormation.start();
    const { endpoint } = gateway;
    const credentials = iam.operatorCredentials(defaultAccountId);
    const client = new CloudFormationClient({ endpoint, region: defaultRegion, credentials, maxAttempts: 1 });
    return new EmbeddedCloudFormation(cloudFormation, client, clock, iam, faults, functions, testResources, objects, endpoint, gateway);
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.gateway.stop();
    await this.cloudFormation.stop();
  }

  /** Starts a creation; the returned promise is for its end. */
  async create(stackName: string, template: object, more: Partial<CreateStackCommandInput> = {}): Promise<string> {
    await this.client.send(new CreateStackCommand({ StackName: stackName, TemplateBody: JSON.stringify(template), ...more }));
    return this.cloudFormation.settled(stackName);
  }

  async update(stackName: string, template: object, more: Partial<UpdateStackCommandInput> = {}): Promise<string> {
    await this.client.send(new UpdateStackCommand({ StackName: stackName, TemplateBody: JSON.stringify(template), ...more }));
    return this.cloudFormation.settled(stackName);
  }

  async delete(stackName: string, more: Partial<DeleteStackCommandInput> = {}): Promise<string> {
    await this.client.send(new DeleteStackCommand({ StackName: stackName, ...more }));
    return this.cloudFormation.settled(stackName);
  }

  /** A custom resource of the fake function. */
  custom(properties: object = {}, more: object = {}): object {
    return { Type: 'Custom::Thing', Properties: { ServiceToken: this.functions.arn, ...properties }, ...more };
  }

  /** A Test::Resource. */
  resource(properties: object = {}, more: object = {}): object {
    return { Type: 'Test::Resource', Properties: properties, ...more };
  }

  async describe(stackName: string): Promise<Stack> {
    const { Stacks = [] } = await this.client.send(new DescribeStacksCommand({ StackName: stackName }));
    return Stacks[0];
  }

  async resources(stackName: string): Promise<StackResourceSummary[]> {
    const { StackResourceSummaries = [] } = await this.client.send(new ListStackResourcesCommand({ StackName: stackName }));
    return StackResourceSummaries;
  }

  /** `LOGICALID STATUS` of every event of a stack; the stack itself is called by its name. */
  eventsOf(stackName: string): string[] {
    return this.events.filter((event) => event.stackName === stackName).map(({ logicalId, status }) => `${logicalId} ${status}`);
  }

  /** The statuses that a logical ID, or the stack itself, went through. */
  statusesOf(logicalId: string): string[] {
    const statuses = this.events.filter((event) => event.logicalId === logicalId).map(({ status }) => status);
    return statuses.filter((status, index) => status !== statuses[index - 1]);
  }

  reasonOf(logicalId: string, status: string): string | undefined {
    return this.events.find((event) => event.logicalId === logicalId && event.status === status && event.reason !== undefined)?.reason;
  }

  /** Resolves with the first event, from now on, that is as asked. */
  nextEvent(isWanted: (event: StackEvent) => boolean): Promise<StackEvent> {
    return new Promise((resolve) => {
      const stop = this.cloudFormation.onEvent((event) => {
        if (!isWanted(event)) return;
        stop();
        resolve(event);
      });
    });
  }

  /** `TYPE LOGICALID PHYSICALID` of every custom resource request. */
  get requested(): string[] {
    return this.cloudFormation.customResourceRequests.map(({ event }) =>
      [event.RequestType, event.LogicalResourceId, event.PhysicalResourceId].filter(Boolean).join(' '),
    );
  }

  requestsOf(requestType: string, logicalId: string): CustomResourceRequest[] {
    return this.cloudFormation.customResourceRequests.filter(
      ({ event }) => event.RequestType === requestType && event.LogicalResourceId === logicalId,
    );
  }
}

let names = 0;

/** A stack name that no other test uses. */
export function newName(): string {
  return `stack-${++names}-${randomUUID().slice(0, 4)}`;
}
