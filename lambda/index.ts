import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { SOURCE_SERVER_DISCONNECTION } from '../lib/contract';
import { Failure } from './custom-resource/failure';
import { type Answer, answer, type Rule } from './custom-resource/lifecycle';
import type { Request } from './custom-resource/request';
import { sourceServerDisconnection } from './source-server-disconnection';

/** Answers a request of CloudFormation by the rules of its resource type. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await answer(event, context, ruleOf(event.ResourceType));
}

function ruleOf(resourceType: string): Rule {
  return resourceType === SOURCE_SERVER_DISCONNECTION ? sourceServerDisconnection : unknownType;
}

/** Its creation is refused, so its deletion finds nothing to do. */
async function unknownType(request: Request): Promise<Answer> {
  if (request.type === 'Delete') {
    return { physicalId: request.physicalId ?? '' };
  }
  throw new Failure(
    `This version of cdk-drs knows no resource type ${request.resourceType}. Deploy the stack with the version that wrote it.`,
  );
}
