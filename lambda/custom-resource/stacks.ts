import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { clientConfiguration } from '../aws/client-configuration';
import { retry } from '../aws/retry';
import { Failure } from './failure';
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
    stacks.push(await describe(client, id, request.deadline));
  }
  return stacks;
}

/** The resources of the request's stack as they are now. */
export async function listResources(request: Request): Promise<StackResourceSummary[]> {
  const client = clientFor(request);
  const resources: StackResourceSummary[] = [];
  let token: string | undefined;
  do {
    const command = new ListStackResourcesCommand({ StackName: request.stack.id, NextToken: token });
    const page = await retry('cloudformation:ListStackResources', (abortSignal) => client.send(command, { abortSignal }), request);
    resources.push(...(page.StackResourceSummaries ?? []));
    token = page.NextToken;
  } while (token);
  return resources;
}

function clientFor(request: Request): CloudFormationClient {
  return new CloudFormationClient(clientConfiguration(request.stack, request.stack.region));
}

async function describe(client: CloudFormationClient, stackId: string, deadline: number): Promise<DescribedStack> {
  const { output, lastOperations } = await retry(
    'cloudformation:DescribeStacks',
    async (abortSignal) => {
      const command = new DescribeStacksCommand({ StackName: stackId });
      const operations = readLastOperations(command);
      return { output: await client.send(command, { abortSignal }), lastOperations: operations };
    },
    { deadline },
  );
  const stack = output.Stacks?.find((candidate) => candidate.StackId === stackId);
  if (stack?.StackStatus === undefined) {
    throw new Failure(`CloudFormation did not describe the stack ${stackId}.`);
  }
  return {
    name: stack.StackName ?? stackId,
    status: stack.StackStatus,
    statusReason: stack.StackStatusReason,
    parentId: stack.ParentId,
    lastOperations,
  };
}

/** This client is older than LastOperations and drops them, so they are read from the answer itself, into the array that is returned. */
function readLastOperations(command: DescribeStacksCommand): string[] {
  const operations: string[] = [];
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { body: AsyncIterable<Uint8Array> | Uint8Array };
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
      }
      const body = Buffer.concat(chunks);
      response.body = body;
      operations.push(...operationsIn(body.toString('utf8')));
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readLastOperations' },
  );
  return operations;
}

/** Whatever a user wrote is escaped in XML, so these tags are CloudFormation's own. */
function operationsIn(xml: string): string[] {
  const list = /<LastOperations>([^]*?)<\/LastOperations>/.exec(xml)?.[1] ?? '';
  return Array.from(list.matchAll(/<OperationType>(\w+)<\/OperationType>/g), ([, type]) => type);
}
