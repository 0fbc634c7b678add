import { randomUpperCase } from './control/random';
import { ResourceRequest } from './resource-provider';

const suffixLength = 12;

/** The name that CloudFormation makes up for a resource: STACK-LOGICALID-RANDOM, both shortened to what the service allows. */
export function physicalName(request: ResourceRequest, maxLength: number): string {
  const half = Math.floor((maxLength - suffixLength - 2) / 2);
  const logicalId = request.logicalId.slice(0, Math.max(half, maxLength - suffixLength - 2 - request.stack.stackName.length));
  const stackName = request.stack.stackName.slice(0, maxLength - suffixLength - 2 - logicalId.length);
  return `${stackName}-${logicalId}-${randomUpperCase(suffixLength)}`;
}
