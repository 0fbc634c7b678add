import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../lib/contract';
import type { AssumeRole } from './aws/drs';
import { Failure } from './aws/errors';
import { join, say } from './aws/message';
import { deleteResource } from './protocol/delete';
import type { Request } from './protocol/request';
import { type Answer, type ResourceHandler, respond } from './protocol/respond';
import { LONG_LIMIT } from './protocol/time-limits';
import { unlessRollingBack } from './protocol/update';
import { sourceServerDisconnection } from './source-server/handler';
import { manualCommands, unreadableWork } from './source-server/messages';
import type { OpenCleanup } from './source-server/teardown-context';

/** Answers a request of CloudFormation by the handler of its resource type. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await respond(event, context, { handlerOf: (resourceType) => (HANDLERS.get(resourceType) ?? unknownType)(), manualCommands });
}

const assumeRole: AssumeRole = async (...args) => (await import('./lazy')).assumeRole(...args);
const openCleanup: OpenCleanup = async (teardown) => new (await import('./lazy')).RecoveryInstanceCleanup(teardown);

const HANDLERS: ReadonlyMap<string, () => ResourceHandler | Promise<ResourceHandler>> = new Map<
  string,
  () => ResourceHandler | Promise<ResourceHandler>
>([
  [SOURCE_SERVER_DISCONNECTION, () => sourceServerDisconnection(assumeRole, openCleanup)],
  [FLEET_DISCONNECTION, async () => (await import('./lazy')).fleetDisconnection(assumeRole, openCleanup)],
  [STAGING_AREA_DRAIN, async () => (await import('./lazy')).stagingAreaDrain],
]);

/** A type of a newer version: after a downgrade its resources may still be there, and nobody here knows how to delete them. */
function unknownType(): ResourceHandler {
  return { limit: () => LONG_LIMIT, answer: refuseUnlessKept };
}

function refuseUnlessKept(request: Request): Promise<Answer> {
  const { type, physicalId = '' } = request;
  const refuse = (advice: string) => {
    const unknown = say`This version of cdk-drs knows no resource type ${request.resourceType}, so nothing was done.`;
    throw new Failure(join([unknown, advice]), { kind: 'permanent' });
  };
  if (type === 'Delete') {
    return deleteResource(request, { replaced: 'disconnect', run: async () => refuse(''), remainingWork: () => unreadableWork(request) });
  }
  const update = async () => refuse('Deploy the stack with the version that wrote it.');
  return type === 'Create' ? update() : unlessRollingBack(request, update, () => Promise.resolve({ physicalId }));
}
