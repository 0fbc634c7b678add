import type { CloudFormationClientResolvedConfig } from '@aws-sdk/client-cloudformation';
import { type EndpointParameterInstructions, getEndpointPlugin } from '@smithy/middleware-endpoint';
import { getSerdePlugin } from '@smithy/middleware-serde';
import { HttpRequest } from '@smithy/protocol-http';
import { collectBody, Command, extendedEncodeURIComponent, ServiceException } from '@smithy/smithy-client';
import type { HttpRequest as Request, HttpResponse, MetadataBearer, SerdeContext } from '@smithy/types';
import { Element, parseXml } from './xml';

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

type Context = SerdeContext & CloudFormationClientResolvedConfig;
type Form = Readonly<Record<string, string | undefined>>;

/** As the SDK makes its commands. */
function command<I extends object, O extends object>(operation: string, read: (result: Element) => O) {
  // What the endpoint depends on, besides AWS_ENDPOINT_URL.
  const endpoint: EndpointParameterInstructions = {
    UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
    Endpoint: { type: 'builtInParams', name: 'endpoint' },
    Region: { type: 'builtInParams', name: 'region' },
    UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },
  };
  const serialize = (input: I, context: Context) => requestFor({ ...input, Action: operation, Version: context.apiVersion }, context);
  const deserialize = async (response: HttpResponse, context: Context): Promise<O & MetadataBearer> => {
    const result = (await answerOf(response, context)).child(`${operation}Result`);
    if (!result) {
      throw new Error(`The answer has no ${operation}Result.`);
    }
    return { $metadata: { httpStatusCode: response.statusCode }, ...read(result) };
  };
  return Command.classBuilder<I, O & MetadataBearer, CloudFormationClientResolvedConfig>()
    .ep(endpoint)
    .m((_command, _stack, context: Context) => [getSerdePlugin(context, serialize, deserialize), getEndpointPlugin(context, endpoint)])
    .s('CloudFormation', operation)
    .n('CloudFormationClient', `${operation}Command`)
    .f()
    .build();
}

async function requestFor(form: Form, context: Context): Promise<Request> {
  const { protocol, hostname, port, path } = await context.endpoint();
  const body = Object.entries(form)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map((entry) => entry.map(extendedEncodeURIComponent).join('='))
    .join('&');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new HttpRequest({ method: 'POST', protocol, hostname, port, path: path.endsWith('/') ? path : `${path}/`, headers, body });
}

/** @throws ServiceException if it is an error of the service, named by its code */
async function answerOf({ statusCode, body }: HttpResponse, context: Context): Promise<Element> {
  const document = context.utf8Encoder(await collectBody(body, context));
  const answer = document === '' ? new Element('') : parseXml(document);
  if (statusCode >= 300) {
    const error = answer.child('Error');
    const name = error?.textOf('Code') ?? String(statusCode);
    throw new ServiceException({
      name,
      message: error?.textOf('Message') ?? 'UnknownError',
      $fault: 'client',
      $metadata: { httpStatusCode: statusCode },
    });
  }
  return answer;
}
