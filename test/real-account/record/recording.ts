import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  type CreateStackCommandInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  ExecuteChangeSetCommand,
  paginateDescribeStacks,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** What the recorder's function has written down of one request. */
export interface RequestRecord {
  readonly time: string;
  readonly request: {
    readonly RequestType: string;
    readonly StackId: string;
    readonly LogicalResourceId: string;
    readonly PhysicalResourceId?: string;
  };
  /** Answers of CloudFormation, in XML. */
  readonly shown: {
    readonly DescribeStacks: string;
    readonly DescribeStackEvents: string;
    readonly ListStackResources: string;
    readonly parent?: string;
  };
}

/** How often is asked, how long nothing must happen to say that nothing does, and when a wait has failed. In milliseconds of the wall clock. */
export interface Pace {
  readonly poll: number;
  readonly quiet: number;
  readonly longest: number;
}

export type Resources = Record<string, object>;

interface QueryAnswer {
  readonly ok: boolean;
  readonly text: string;
}

const CODE = 'test/real-account/record/recorder.cjs';
/** Of the stack with the function and the bucket. All other stacks begin with it, too. */
export const PREFIX = 'cdk-drs-recorder';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { query } = require('./recorder.cjs') as {
  query: (who: object, action: string, parameters: Record<string, string>) => Promise<QueryAnswer>;
};

/** Stacks with custom resources that only write down what they are asked. The environment leads to the account. */
export class Recording {
  private readonly cloudFormation = new CloudFormationClient({ maxAttempts: 10 });
  private readonly s3 = new S3Client({ forcePathStyle: true });
  /** By their IDs, in the order of their creation. */
  private readonly stacks = new Map<string, string>();
  private functionArn = '';
  private bucket = '';

  constructor(
    private readonly pace: Pace,
    /** Ends all waiting: what is there is then deleted. */
    private readonly stop?: AbortSignal,
  ) {
    // Each case listens while it waits.
    if (stop) setMaxListeners(0, stop);
  }

  /** Deploys the function, its role and its bucket. */
  async start(): Promise<void> {
    const id = await this.create(PREFIX, recorderResources(), { Capabilities: ['CAPABILITY_IAM'] });
    const { StackResources = [] } = await this.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: id }));
    const physicalId = (logicalId: string) =>
      StackResources.find(({ LogicalResourceId }) => LogicalResourceId === logicalId)!.PhysicalResourceId!;
    const [, partition, , region, account] = id.split(':');
    this.functionArn = `arn:${partition}:lambda:${region}:${account}:function:${physicalId('Function')}`;
    this.bucket = physicalId('Bucket');
  }

  /** A resource that is recorded: `Id` is its physical ID. */
  resource(Case: string, Id: string, more: Record<string, string> = {}, DependsOn?: string): object {
    const Properties = { ServiceToken: this.functionArn, ServiceTimeout: '900', Case, Id, ...more };
    return { Type: 'Custom::Recorded', Properties, ...(DependsOn && { DependsOn }) };
  }

  /** A nested stack; other resources are an update of it. */
  async nested(key: string, resources: Resources): Promise<object> {
    await this.put(`templates/${key}`, bodyOf(resources));
    const region = await this.cloudFormation.config.region();
    const TemplateURL = `https://${this.bucket}.s3.${region}.amazonaws.com/templates/${key}`;
    return { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL } };
  }

  /** Resolves with its ID once its creation has ended, one way or another. */
  async create(StackName: string, resources: Resources, more: Partial<CreateStackCommandInput> = {}): Promise<string> {
    const { StackId } = await this.cloudFormation.send(new CreateStackCommand({ StackName, TemplateBody: bodyOf(resources), ...more }));
    this.stacks.set(StackId!, StackName);
    // Its deletion follows by itself, maybe after a status that looks like an end.
    await this.settled(StackId!, undefined, more.OnFailure === 'DELETE' ? /^DELETE_(COMPLETE|FAILED)$/ : undefined);
    return StackId!;
  }

  async createByChangeSet(StackName: string, resources: Resources): Promise<string> {
    const ChangeSetName = 'create';
    const { StackId } = await this.cloudFormation.send(
      new CreateChangeSetCommand({ StackName, ChangeSetName, ChangeSetType: 'CREATE', TemplateBody: bodyOf(resources) }),
    );
    this.stacks.set(StackId!, StackName);
    await this.until(`The change set of ${StackName}`, async () => {
      const { Status } = await this.cloudFormation.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
      return Status === 'CREATE_COMPLETE' || undefined;
    });
    const before = await this.newestOwnEvent(StackId!);
    await this.cloudFormation.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName }));
    await this.settled(StackId!, before?.EventId);
    return StackId!;
  }

  /** As CreateStack, with parameters that the SDK doesn't know. Undefined where it is refused: why is `refused`. */
  async createWith(
    StackName: string,
    resources: Resources,
    parameters: Record<string, string>,
    refused: (why: string) => void,
  ): Promise<string | undefined> {
    const { ok, text } = await this.query('CreateStack', { StackName, TemplateBody: bodyOf(resources), ...parameters });
    const [, id] = /<StackId>([^<]+)</.exec(text) ?? [];
    if (!ok || id === undefined) {
      refused(/<Message>([^<]*)</.exec(text)?.[1] ?? text);
      return undefined;
    }
    this.stacks.set(id, StackName);
    await this.settled(id);
    return id;
  }

  /** Begins an update, without waiting for its end. */
  async beginUpdate(stackId: string, resources: Resources): Promise<() => Promise<void>> {
    const before = await this.newestOwnEvent(stackId);
    await this.cloudFormation.send(new UpdateStackCommand({ StackName: stackId, TemplateBody: bodyOf(resources) }));
    return () => this.settled(stackId, before?.EventId);
  }

  async update(stackId: string, resources: Resources): Promise<void> {
    await (
      await this.beginUpdate(stackId, resources)
    )();
  }

  async delete(stackId: string, RetainResources?: string[]): Promise<void> {
    const before = await this.newestOwnEvent(stackId);
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: stackId, RetainResources }));
    await this.settled(stackId, before?.EventId);
  }

  /** Newest first, of a deleted stack, too. */
  async events(stackId: string): Promise<StackEvent[]> {
    const { StackEvents = [] } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stackId }));
    return StackEvents;
  }

  /** An operation that the SDK doesn't know, by its parameters. */
  async query(action: string, parameters: Record<string, string>): Promise<QueryAnswer> {
    const [credentials, region] = await Promise.all([this.cloudFormation.config.credentials(), this.cloudFormation.config.region()]);
    return query({ ...credentials, region }, action, parameters);
  }

  async put(key: string, Body = 'yes'): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body }));
  }

  /** Of a case, oldest first. */
  async records(name: string): Promise<RequestRecord[]> {
    const read = async (Key: string) => {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key }));
      return JSON.parse(await Body!.transformToString()) as RequestRecord;
    };
    const records = await Promise.all((await this.keys(`records/${name}/`)).map(read));
    return records.sort((left, right) => left.time.localeCompare(right.time));
  }

  /** Asks until there is an answer. */
  async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + this.pace.longest; Date.now() < end; await pause(this.pace.poll, undefined, { signal: this.stop })) {
      const answer = await ask();
      if (answer !== undefined) return answer;
    }
    throw new Error(`${what} has not ended after ${this.pace.longest / 60_000} minutes.`);
  }

  /** As until, but for as long as nothing happens; undefined then. */
  async untilQuiet<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
    for (const end = Date.now() + this.pace.quiet; ; await pause(this.pace.poll, undefined, { signal: this.stop })) {
      const answer = await ask();
      if (answer !== undefined || Date.now() >= end) return answer;
    }
  }

  /** Deletes all that was made. Resolves with what could not be, and the command for it. */
  async cleanUp(): Promise<string[]> {
    const cleaner = new Recording(this.pace);
    const [recorder, ...others] = [...this.stacks.keys()];
    const left = (await Promise.all(others.map((id) => cleaner.remove(id, this.stacks.get(id)!)))).flat();
    // What is left may still need the function.
    if (recorder !== undefined && left.length === 0) {
      await this.emptyBucket().catch(() => undefined);
      left.push(...(await cleaner.remove(recorder, PREFIX)));
    } else if (recorder !== undefined) left.push(leftOver(PREFIX, 'which the others need; empty its bucket first'));
    this.cloudFormation.destroy();
    this.s3.destroy();
    return left;
  }

  private async remove(stackId: string, name: string): Promise<string[]> {
    try {
      await this.settled(stackId, undefined, /_(COMPLETE|FAILED)$|^REVIEW_IN_PROGRESS$/);
      for (let attempt = 1; attempt <= 3; attempt++) {
        const { ResourceStatus: status } = (await this.newestOwnEvent(stackId))!;
        if (status === 'DELETE_COMPLETE') return [];
        const { StackResources = [] } = await this.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stackId }));
        const failed = StackResources.filter(
          ({ ResourceStatus, ResourceType }) => ResourceStatus === 'DELETE_FAILED' && ResourceType === 'Custom::Recorded',
        );
        await this.delete(stackId, attempt === 3 ? failed.map(({ LogicalResourceId }) => LogicalResourceId!) : undefined);
      }
      const { ResourceStatus: status } = (await this.newestOwnEvent(stackId))!;
      return status === 'DELETE_COMPLETE' ? [] : [leftOver(name, `in ${status}`)];
    } catch (error) {
      return [leftOver(name, (error as Error).message)];
    }
  }

  private async emptyBucket(): Promise<void> {
    if (this.bucket === '') return;
    for (const Key of await this.keys('')) await this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key }));
  }

  private async keys(Prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.s3 }, { Bucket: this.bucket, Prefix })) {
      keys.push(...Contents.map(({ Key }) => Key!));
    }
    return keys;
  }

  /** Once the stack has an end to tell that is newer than this event of its own. */
  private async settled(stackId: string, after?: string, end = /_(COMPLETE|FAILED)$/): Promise<void> {
    await this.until(`The stack ${stackId}`, async () => {
      const event = await this.newestOwnEvent(stackId);
      return (event && event.EventId !== after && end.test(event.ResourceStatus!)) || undefined;
    });
  }

  private async newestOwnEvent(stackId: string): Promise<StackEvent | undefined> {
    return (await this.events(stackId)).find(({ PhysicalResourceId }) => PhysicalResourceId === stackId);
  }
}

/** Names of stacks that are there already, of those that a recording makes. */
export async function existingStacks(): Promise<string[]> {
  const client = new CloudFormationClient();
  const names: string[] = [];
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
    // A nested one goes with its root.
    names.push(...Stacks.filter(({ ParentId }) => ParentId === undefined).map(({ StackName }) => StackName!));
  }
  client.destroy();
  return names.filter((name) => name.startsWith(PREFIX));
}

function leftOver(name: string, why: string): string {
  return `The stack ${name} is left, ${why}. To delete it: aws cloudformation delete-stack --stack-name ${name}`;
}

function bodyOf(Resources: Resources): string {
  return JSON.stringify({ Description: 'Records what CloudFormation sends: npm run test:real:record', Resources });
}

function recorderResources(): Resources {
  const allow = (Action: string[], Resource: object) => ({ Effect: 'Allow', Action, Resource });
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const stacks = { 'Fn::Sub': `arn:\${AWS::Partition}:cloudformation:\${AWS::Region}:\${AWS::AccountId}:stack/${PREFIX}*` };
  const statements = [
    allow(['cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents', 'cloudformation:ListStackResources'], stacks),
    allow(['s3:GetObject', 's3:PutObject'], { 'Fn::Sub': '${Bucket.Arn}/*' }),
  ];
  return {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
        Policies: [{ PolicyName: 'Record', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { ZipFile: readFileSync(CODE, 'utf8') },
        Environment: { Variables: { BUCKET: { Ref: 'Bucket' } } },
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Runtime: 'nodejs22.x',
        Timeout: 900,
      },
    },
  };
}
