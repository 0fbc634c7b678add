import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { functionArn, functionConfiguration } from './function-configuration';
import { FunctionConfiguration } from './model';

/** What the provider needs of Lambda. */
export interface Functions {
  has(functionArn: string): boolean;
  /** Creates or updates the function. */
  put(configuration: FunctionConfiguration, code: unknown): void;
  delete(functionArn: string): void;
}

/** AWS::Lambda::Function */
export function functionProvider(functions: Functions): ResourceProvider {
  const put = (request: ResourceRequest, configuration: FunctionConfiguration): CreatedResource => {
    functions.put(configuration, request.properties.Code);
    return { physicalId: configuration.functionName, attributes: { Arn: configuration.functionArn } };
  };

  const create = async (request: ResourceRequest): Promise<CreatedResource> => {
    const name = (request.properties.FunctionName as string | undefined) ?? physicalName(request, 64);
    const configuration = functionConfiguration(request, name);
    if (functions.has(configuration.functionArn)) throw new Error(`Function already exist: ${name}`);
    return put(request, configuration);
  };

  return {
    create,
    update: async (request) =>
      request.properties.FunctionName === request.oldProperties.FunctionName
        ? put(request, functionConfiguration(request, request.physicalId))
        : create(request),
    delete: async ({ stack, physicalId }) => functions.delete(functionArn(stack, physicalId)),
  };
}
