import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceRequest } from '../resource-provider';
import { parameterArn, ParameterStore } from './parameter-store';

/** AWS::SSM::Parameter: its name and its value. */
export function parameterProvider(parameters: ParameterStore): ResourceProvider {
  const put = ({ stack, properties }: ResourceRequest, name: string): CreatedResource => {
    const { Type = 'String', Value } = properties as { Type?: string; Value: string };
    parameters.set(parameterArn(stack, name), { type: Type, value: Value });
    return { physicalId: name, attributes: { Type, Value } };
  };
  const create = async (request: ResourceRequest): Promise<CreatedResource> => {
    const name = nameIn(request.properties) ?? `CFN-${physicalName(request, 255)}`;
    if (parameters.has(parameterArn(request.stack, name))) throw new Error('The parameter already exists.');
    return put(request, name);
  };
  return {
    create,
    update: async (request) =>
      nameIn(request.properties) === nameIn(request.oldProperties) ? put(request, request.physicalId) : create(request),
    delete: async ({ stack, physicalId }) => void parameters.delete(parameterArn(stack, physicalId)),
  };
}

function nameIn(properties: Record<string, unknown>): string | undefined {
  return properties.Name as string | undefined;
}
