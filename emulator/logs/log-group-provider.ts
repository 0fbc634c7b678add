import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { logGroupArn, LogStore } from './log-store';

/** AWS::Logs::LogGroup */
export function logGroupProvider(logs: LogStore): ResourceProvider {
  const put = (request: ResourceRequest, name: string): CreatedResource => {
    const arn = logGroupArn(request.stack, name);
    const retention = request.properties.RetentionInDays;
    logs.putGroup({ name, arn, ...(retention !== undefined && { retentionInDays: Number(retention) }) });
    return { physicalId: name, attributes: { Arn: `${arn}:*` } };
  };

  const create = async (request: ResourceRequest): Promise<CreatedResource> => {
    const name = (request.properties.LogGroupName as string | undefined) ?? physicalName(request, 512);
    if (logs.group(logGroupArn(request.stack, name))) throw new Error(`The specified log group already exists: ${name}`);
    return put(request, name);
  };

  return {
    create,
    update: async (request) =>
      request.properties.LogGroupName === request.oldProperties.LogGroupName ? put(request, request.physicalId) : create(request),
    delete: async (request) => logs.deleteGroup(logGroupArn(request.stack, request.physicalId)),
  };
}
