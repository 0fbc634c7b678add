import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { clientConfiguration } from '../aws/client-configuration';
import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type Stack,
  type StackEvent,
  type StackResource,
} from '../aws/cloudformation';
import { listIn, partIn, type Patience, retry } from '../aws/retry';
import type { Request } from './request';
import { LONG_LIMIT } from './time-limits';

/** A stack as CloudFormation describes it now. */
export interface DescribedStack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly parentId?: string;
  readonly createdAt?: Date;
  /** The kinds of its last operations, such as DELETE_STACK; empty where CloudFormation does not tell. */
  readonly lastOperations: readonly string[];
}

/** The stack and all its ancestors, itself first. */
export async function describeWithAncestors(request: Request): Promise<DescribedStack[]> {
  const client = clientFor(request);
  const stacks: DescribedStack[] = [];
  for (let id: string | undefined = request.stack.id; id !== undefined; id = stacks.at(-1)?.parentId) {
    stacks.push(await describe(client, id, patienceOf(request)));
  }
  return stacks;
}

/** The resources of the request's stack as they are now. Pages are no snapshot: one may move between them, so they are read twice, and what either has counts. */
export async function listResources(request: Request): Promise<StackResource[]> {
  const pages = await readResources(request);
  const again = pages.length > 1 ? await readResources(request) : [];
  return [...new Map([...pages, ...again].flat().map((resource) => [resource.LogicalResourceId, resource])).values()];
}

/** Page by page. */
async function readResources(request: Request): Promise<StackResource[][]> {
  const client = clientFor(request);
  const pages: StackResource[][] = [];
  let token: string | undefined;
  do {
    const command = new ListStackResourcesCommand({ StackName: request.stack.id, NextToken: token });
    const page = await retry(
      'cloudformation:ListStackResources',
      async (abortSignal) => {
        const { StackResourceSummaries, NextToken } = await client.send(command, { abortSignal });
        return { listed: listIn(StackResourceSummaries), NextToken };
      },
      patienceOf(request),
    );
    pages.push(page.listed);
    token = page.NextToken;
  } while (token);
  return pages;
}

/** What happened to a stack, newest first: its pages are read as far as somebody looks, and once. */
export class StackEvents implements AsyncIterable<StackEvent> {
  private readonly events: StackEvent[] = [];
  private nextPage: { readonly token?: string } | undefined = {};

  constructor(
    private readonly request: Request,
    private readonly stackId: string,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<StackEvent> {
    for (let index = 0; index < this.events.length || this.nextPage; index++) {
      while (index === this.events.length && this.nextPage) {
        await this.readPage(this.nextPage.token);
      }
      if (index < this.events.length) {
        yield this.events[index];
      }
    }
  }

  private async readPage(token: string | undefined) {
    const client = clientFor(this.request);
    const command = new DescribeStackEventsCommand({ StackName: this.stackId, NextToken: token });
    const page = await retry(
      'cloudformation:DescribeStackEvents',
      async (abortSignal) => {
        const { StackEvents, NextToken } = await client.send(command, { abortSignal });
        return { listed: listIn(StackEvents), NextToken };
      },
      patienceOf(this.request),
    );
    this.events.push(...page.listed);
    this.nextPage = page.NextToken ? { token: page.NextToken } : undefined;
  }
}

/** Hundreds of deletions at once ask for more than CloudFormation answers in minutes; it throttles all but some, and none is lost. */
function patienceOf({ deadline, throttledUntil = deadline, signal }: Request): Patience {
  return { deadline: Math.min(throttledUntil, Date.now() + LONG_LIMIT), throttledUntil, signal };
}

const clients = new WeakMap<Request, CloudFormationClient>();

function clientFor(request: Request): CloudFormationClient {
  const client = clients.get(request) ?? new CloudFormationClient(clientConfiguration(request.stack, request.stack.region));
  clients.set(request, client);
  return client;
}

async function describe(client: CloudFormationClient, stackId: string, patience: Patience): Promise<DescribedStack> {
  const command = new DescribeStacksCommand({ StackName: stackId });
  const stack = await retry(
    'cloudformation:DescribeStacks',
    async (abortSignal) => stackIn(listIn((await client.send(command, { abortSignal })).Stacks), stackId),
    patience,
  );
  return {
    id: stackId,
    name: stack.StackName ?? stackId,
    status: stack.StackStatus,
    statusReason: stack.StackStatusReason,
    parentId: stack.ParentId,
    createdAt: stack.CreationTime,
    lastOperations: (stack.LastOperations ?? []).map(({ OperationType = '' }) => OperationType),
  };
}

/** @throws Error if the answer does not tell all of the stack, which is asked for again */
function stackIn(stacks: readonly Stack[], stackId: string) {
  const stack = stacks.find(({ StackId }) => StackId === stackId);
  // What is nested has both: without its parent it would be taken for a root.
  partIn(stack?.RootId === undefined || stack.ParentId, `parent of the stack ${stackId}`);
  return { ...stack, StackStatus: partIn(stack?.StackStatus, `status of the stack ${stackId}`) };
}
