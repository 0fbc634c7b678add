import type { CloudFormationClientResolvedConfig } from '@aws-sdk/client-cloudformation';
import { queryCommands } from './query-command';
import type { Element } from './xml';

/*
 * Commands for the SDK's client of CloudFormation, from which they have endpoint, signature, user agent and connection.
 * Its own commands drop the last operations, which are younger, and have a third more to load for a disconnection (docs/decisions/0013-speed.md).
 */

/** A stack as CloudFormation describes it. */
export interface Stack {
  readonly StackId?: string;
  readonly StackName?: string;
  readonly StackStatus?: string;
  readonly StackStatusReason?: string;
  readonly ParentId?: string;
  readonly RootId?: string;
  readonly CreationTime?: Date;
  /** Absent where CloudFormation does not tell. */
  readonly LastOperations?: readonly { readonly OperationType?: string }[];
}

/** A resource as CloudFormation lists it. */
export interface StackResource {
  readonly LogicalResourceId?: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType?: string;
  readonly ResourceStatus?: string;
  readonly LastUpdatedTimestamp?: Date;
}

/** What happened to a stack, or to one of its resources. */
export interface StackEvent {
  readonly LogicalResourceId?: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType?: string;
  readonly ResourceStatus?: string;
  readonly ResourceStatusReason?: string;
}

interface DescribedStacks {
  readonly Stacks?: Stack[];
}

interface ListedStackResources {
  readonly StackResourceSummaries?: StackResource[];
  readonly NextToken?: string;
}

interface DescribedStackEvents {
  /** Newest first. */
  readonly StackEvents?: StackEvent[];
  readonly NextToken?: string;
}

/** CloudFormation puts what it answers into an element of its own. */
const command = queryCommands<CloudFormationClientResolvedConfig>({
  service: 'CloudFormation',
  resultOf: (answer, operation) => answer.child(`${operation}Result`),
  errorOf: (answer) => answer.child('Error'),
});

export class DescribeStacksCommand extends command<{ StackName: string }, DescribedStacks>('DescribeStacks', (result) => ({
  Stacks: result.listOf('Stacks')?.map(readStack),
})) {}

export class ListStackResourcesCommand extends command<{ StackName: string; NextToken?: string }, ListedStackResources>(
  'ListStackResources',
  (result) => ({
    StackResourceSummaries: result.listOf('StackResourceSummaries')?.map(readResource),
    NextToken: result.textOf('NextToken'),
  }),
) {}

export class DescribeStackEventsCommand extends command<{ StackName: string; NextToken?: string }, DescribedStackEvents>(
  'DescribeStackEvents',
  (result) => ({ StackEvents: result.listOf('StackEvents')?.map(readEvent), NextToken: result.textOf('NextToken') }),
) {}

function readStack(stack: Element): Stack {
  return {
    StackId: stack.textOf('StackId'),
    StackName: stack.textOf('StackName'),
    StackStatus: stack.textOf('StackStatus'),
    StackStatusReason: stack.textOf('StackStatusReason'),
    ParentId: stack.textOf('ParentId'),
    RootId: stack.textOf('RootId'),
    CreationTime: dateIn(stack, 'CreationTime'),
    LastOperations: stack.listOf('LastOperations')?.map((operation) => ({ OperationType: operation.textOf('OperationType') })),
  };
}

function readResource(resource: Element): StackResource {
  return {
    LogicalResourceId: resource.textOf('LogicalResourceId'),
    PhysicalResourceId: resource.textOf('PhysicalResourceId'),
    ResourceType: resource.textOf('ResourceType'),
    ResourceStatus: resource.textOf('ResourceStatus'),
    LastUpdatedTimestamp: dateIn(resource, 'LastUpdatedTimestamp'),
  };
}

function readEvent(event: Element): StackEvent {
  return {
    LogicalResourceId: event.textOf('LogicalResourceId'),
    PhysicalResourceId: event.textOf('PhysicalResourceId'),
    ResourceType: event.textOf('ResourceType'),
    ResourceStatus: event.textOf('ResourceStatus'),
    ResourceStatusReason: event.textOf('ResourceStatusReason'),
  };
}

function dateIn(element: Element, name: string): Date | undefined {
  const text = element.textOf(name);
  return text === undefined ? undefined : new Date(text);
}
