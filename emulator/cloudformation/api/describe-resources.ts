import { XmlContent } from '../../http/xml';
import { validationError } from '../errors';
import { ResourceInstance, StackEvent, StackResource } from '../model';
import { Settings } from '../../settings';
import { Stack } from '../stack';
import { ApiOperations, isoTime, members, page, requireStack } from './api';

/** DescribeStackResources gives no more than these, and has no pages. */
const maxDescribed = 100;

/** The resources of a stack, and what happened to them. */
export const describeResources: ApiOperations = {
  DescribeStackEvents: (api, input, request) => {
    const name = input.required('StackName');
    const { clock, settings } = api.engine;
    const { events } = requireStack(api, request, 'DescribeStackEvents', name, `Stack [${name}] does not exist`);
    const token = input.text('NextToken');
    // Newest first; a token counts from the oldest, so that new events don't shift the pages.
    const until = token === undefined ? events.length : Number(Buffer.from(token, 'base64url').toString());
    const kept = events.slice(0, until).filter(({ time }) => time > clock.now() - settings.stackEventsKept * 1000);
    const { items, nextToken } = page(kept.reverse(), undefined);
    return {
      StackEvents: members(items.map(describeEvent)),
      NextToken: nextToken && Buffer.from(String(until - items.length)).toString('base64url'),
    };
  },

  ListStackResources: (api, input, request) => {
    const stack = requireStack(api, request, 'ListStackResources', input.required('StackName'));
    const { items, nextToken } = page(listed(stack, api.engine.settings), input.text('NextToken'));
    return { StackResourceSummaries: members(items.map((resource) => describe(resource, 'LastUpdatedTimestamp'))), NextToken: nextToken };
  },

  DescribeStackResources: (api, input, request) => {
    const stack = requireStack(api, request, 'DescribeStackResources', input.text('StackName') ?? input.required('StackName'));
    const logicalId = input.text('LogicalResourceId');
    const found = logicalId === undefined ? [...stack.resources.values()] : [resourceOf(stack, logicalId)];
    return {
      StackResources: members(found.slice(0, maxDescribed).map((resource) => ({ ...identity(stack), ...describe(resource, 'Timestamp') }))),
    };
  },

  DescribeStackResource: (api, input, request) => {
    const stack = requireStack(api, request, 'DescribeStackResource', input.required('StackName'));
    const resource = resourceOf(stack, input.required('LogicalResourceId'));
    const { Metadata } = resource.instance.definition.declaration;
    return {
      StackResourceDetail: {
        ...identity(stack),
        ...describe(resource, 'LastUpdatedTimestamp'),
        Metadata: Metadata && JSON.stringify(Metadata),
      },
    };
  },
};

/** The clean-up of an update may show what it removes in another way than a deletion does. */
function listed(stack: Stack, { cleanUpListing, replacedListing }: Settings): StackResource[] {
  const current = [...stack.resources.values()];
  if (stack.status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') return current;
  const all = replacedListing === 'successor' ? current : current.map((resource) => predecessorOf(stack, resource) ?? resource);
  if (cleanUpListing === 'until-its-turn') return all;
  const isKept = ({ definition: { logicalId } }: ResourceInstance): boolean => stack.deployment?.resources.has(logicalId) === true;
  if (cleanUpListing === 'never') return all.filter(({ instance }) => isKept(instance));
  return all
    .filter(({ status }) => status !== 'DELETE_COMPLETE')
    .map((resource) => (isKept(resource.instance) ? resource : { ...resource, status: 'UPDATE_COMPLETE' }));
}

function predecessorOf(stack: Stack, { instance: { definition }, time }: StackResource): StackResource | undefined {
  const old = stack.replacedInstances().find((instance) => instance.definition.logicalId === definition.logicalId);
  return old && { instance: old, status: 'DELETE_IN_PROGRESS', time };
}

function resourceOf(stack: Stack, logicalId: string): StackResource {
  const resource = stack.resources.get(logicalId);
  if (!resource) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`);
  return resource;
}

function identity({ stackId, stackName }: Stack): Record<string, XmlContent> {
  return { StackId: stackId, StackName: stackName };
}

function describe({ instance, status, reason, time }: StackResource, timeName: string): Record<string, XmlContent> {
  return {
    LogicalResourceId: instance.definition.logicalId,
    PhysicalResourceId: instance.physicalId,
    ResourceType: instance.definition.type,
    [timeName]: isoTime(time),
    ResourceStatus: status,
    ResourceStatusReason: reason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

function describeEvent(event: StackEvent): XmlContent {
  return {
    StackId: event.stackId,
    EventId: event.eventId,
    StackName: event.stackName,
    OperationId: event.operationId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: isoTime(event.timestamp),
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
    ClientRequestToken: event.clientRequestToken,
    ResourceProperties: event.properties && JSON.stringify(event.properties),
  };
}
