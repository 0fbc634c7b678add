import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../lib/contract';
import { Failure } from './aws/errors';
import { judgeDeletion } from './protocol/deletion-check';
import { type Answer, answer, type Rules } from './protocol/respond';
import type { Request } from './protocol/request';
import { sourceServerDisconnection } from './source-server/handler';

/** Answers a request of CloudFormation by the rules of its resource type. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  const rules = await RULES[event.ResourceType]?.();
  await answer(event, context, rules ?? unknownType);
}

const RULES: Readonly<Record<string, () => Rules | Promise<Rules>>> = {
  [SOURCE_SERVER_DISCONNECTION]: () => sourceServerDisconnection,
  [FLEET_DISCONNECTION]: async () => (await import('./lazy')).fleetDisconnection,
  [STAGING_AREA_DRAIN]: async () => (await import('./lazy')).stagingAreaDrain,
};

/** A type of a newer version: after a downgrade its resources may still be there, and nobody here knows how to delete them. */
const unknownType: Rules = { limit: () => 240_000, answer: refuseUnlessKept };

async function refuseUnlessKept(request: Request): Promise<Answer> {
  const { type, physicalId = '' } = request;
  const wasCreated = /^(arn|drs):/.test(physicalId);
  if (type === 'Delete' && (!wasCreated || !(await judgeDeletion(request)).genuine)) {
    return { physicalId };
  }
  throw new Failure(
    `This version of cdk-drs knows no resource type ${request.resourceType}, so nothing was done. Deploy the stack with the version that wrote it.`,
  );
}
