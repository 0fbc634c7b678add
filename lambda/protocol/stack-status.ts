import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { clientConfiguration } from '../aws/client-configuration';
import { DescribeStacksCommand, ListStackResourcesCommand, type StackResource } from '../aws/cloudformation';
import { listIn, retry } from '../aws/retry';
import { Failure } from '../aws/errors';
import { say } from '../aws/message';
import type { Term } from '../aws/sleep';
import type { Request } from './request';

/** A stack as CloudFormation describes it now. */
export interface DescribedStack {
  readonly name: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly parentId?: string;
  /** The kinds of its last operations, such as DELETE_STACK; empty where CloudFormation does not tell. */
  readonly lastOperations: readonly string[];
}

/** The stack and all its ancestors, itself first. */
export async function describeWithAncestors(request: Request): Promise<DescribedStack[]> {
  const client = clientFor(request);
  const stacks: DescribedStack[] = [];
  for (let id: string | undefined = request.stack.id; id !== undefined; id = stacks.at(-1)?.parentId) {
    stacks.push(await describe(client, id, request));
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
      request,
    );
    pages.push(page.listed);
    token = page.NextToken;
  } while (token);
  return pages;
}

function clientFor(request: Request): CloudFormationClient {
  return new CloudFormationClient(clientConfiguration(request.stack, request.stack.region));
}

async function describe(client: CloudFormationClient, stackId: string, term: Term): Promise<DescribedStack> {
  const command = new DescribeStacksCommand({ StackName: stackId });
  const stacks = await retry(
    'cloudformation:DescribeStacks',
    async (abortSignal) => listIn((await client.send(command, { abortSignal })).Stacks),
    term,
  );
  const stack = stacks.find((candidate) => candidate.StackId === stackId);
  if (!stack?.StackStatus) {
    throw new Failure(say`CloudFormation did not describe the stack ${stackId}.`);
  }
  return {
    name: stack.StackName ?? stackId,
    status: stack.StackStatus,
    statusReason: stack.StackStatusReason,
    parentId: stack.ParentId,
    lastOperations: (stack.LastOperations ?? []).map(({ OperationType = '' }) => OperationType),
  };
}
