import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../lib/contract';
import type { AssumeRole } from './aws/drs';
import { Failure } from './aws/errors';
import { isOfCreated } from './physical-ids';
import { checkDeletion } from './protocol/deletion-check';
import type { Request } from './protocol/request';
import { type Answer, type ResourceHandler, respond } from './protocol/respond';
import { LONG_LIMIT } from './protocol/time-limits';
import { sourceServerDisconnection } from './source-server/handler';

/** Answers a request of CloudFormation by the handler of its resource type. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const resourceHandler = await HANDLERS[event.ResourceType]?.();
  await respond(event, context, resourceHandler ?? unknownType);
}

const assumeRole: AssumeRole = async (...args) => (await import('./lazy')).assumeRole(...args);

const HANDLERS: Readonly<Record<string, () => ResourceHandler | Promise<ResourceHandler>>> = {
  [SOURCE_SERVER_DISCONNECTION]: () => sourceServerDisconnection(assumeRole),
  [FLEET_DISCONNECTION]: async () => (await import('./lazy')).fleetDisconnection(assumeRole),
  [STAGING_AREA_DRAIN]: async () => (await import('./lazy')).stagingAreaDrain,
};

/** A type of a newer version: after a downgrade its resources may still be there, and nobody here knows how to delete them. */
const unknownType: ResourceHandler = { limit: () => LONG_LIMIT, answer: refuseUnlessKept };

async function refuseUnlessKept(request: Request): Promise<Answer> {
  const { type, physicalId = '' } = request;
  if (type === 'Delete' && (!isOfCreated(physicalId) || !(await checkDeletion(request)).genuine)) {
    return { physicalId };
  }
  throw new Failure(
    `This version of cdk-drs knows no resource type ${request.resourceType}, so nothing was done. Deploy the stack with the version that wrote it.`,
  );
}
