import { randomUUID } from 'node:crypto';
import { changesFixed } from '../../cloudformation/properties';
import { AwsError } from '../../http/service';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../../resource-provider';
import { DeletionsWithRetries } from '../deletions-with-retries';
import { Tags } from '../model';
import { Network } from '../network';

/** A resource type of EC2's. */
export interface Ec2Type {
  /** Properties that can't be changed. */
  readonly fixed: readonly string[];
  /** Whether it has a handler of the newer kind, whose failures are worded otherwise. */
  readonly hasHandler?: boolean;
  /** Creates it, or changes the one of this ID. */
  put(network: Network, request: ResourceRequest, id?: string): CreatedResource;
  /** Throws what EC2 says while something is in the way; what is gone already is no failure. */
  remove(network: Network, id: string, properties: Record<string, unknown>): void;
}

export type NetworkOf = (accountId: string, region: string) => Network;

export function ec2Provider(networkOf: NetworkOf, deletions: DeletionsWithRetries, type: Ec2Type): ResourceProvider {
  const put = async (request: ResourceRequest, id?: string): Promise<CreatedResource> => {
    try {
      return type.put(networkOf(request.stack.accountId, request.stack.region), request, id);
    } catch (error) {
      throw asCloudFormationShows(error, type);
    }
  };
  return {
    create: (request) => put(request),
    update: (request) => put(request, changesFixed(type.fixed, request.properties, request.oldProperties) ? undefined : request.physicalId),
    async delete({ stack, physicalId, properties }) {
      try {
        await deletions.run(() => type.remove(networkOf(stack.accountId, stack.region), physicalId, properties));
      } catch (error) {
        throw asCloudFormationShows(error, type);
      }
    },
  };
}

/** The resource's own tags, and those by which CloudFormation marks what it made. */
export function tagsOf({ properties, stack, logicalId }: ResourceRequest): Tags {
  const given = (properties.Tags ?? []) as readonly { readonly Key: string; readonly Value: string }[];
  return {
    ...Object.fromEntries(given.map(({ Key, Value }) => [Key, Value])),
    'aws:cloudformation:stack-name': stack.stackName,
    'aws:cloudformation:stack-id': stack.stackId,
    'aws:cloudformation:logical-id': logicalId,
  };
}

function asCloudFormationShows(error: unknown, { hasHandler }: Ec2Type): unknown {
  if (!(error instanceof AwsError)) return error;
  const message = `${error.message} (Service: Ec2, Status Code: ${error.status}, Request ID: ${randomUUID()})`;
  if (!hasHandler) return new Error(message);
  return new Error(`Resource handler returned message: "${message}" (RequestToken: ${randomUUID()}, HandlerErrorCode: InvalidRequest)`);
}
