import { validationError } from '../errors';
import { isNoEcho } from '../parameters';
import { Template } from '../template';
import { ApiOperations, authorize, members, requireStack } from './api';
import { requiredCapabilities } from './capabilities';
import { readTemplate } from './deployment-input';

/** Templates, deployed and to be deployed. */
export const templates: ApiOperations = {
  GetTemplate: (api, input, request) => {
    const stack = requireStack(api, request, 'GetTemplate', input.required('StackName'));
    const stages = members(['Original', 'Processed']);
    return { TemplateBody: stack.deployment?.template.body ?? '{}', StagesAvailable: stages };
  },

  GetTemplateSummary: (api, input, request) => {
    const name = input.text('StackName');
    const stack = name === undefined ? undefined : requireStack(api, request, 'GetTemplateSummary', name);
    if (!stack) authorize(api, request, 'GetTemplateSummary', '*');
    if (stack && !stack.deployment) throw validationError(`Stack ${stack.stackName} has no template yet`);
    return summary(stack?.deployment?.template ?? readTemplate(api, input));
  },
};

function summary(template: Template): ReturnType<ApiOperations[string]> {
  const capabilities = requiredCapabilities(template);
  const types = new Set(Object.values(template.resources).map(({ Type }) => Type));
  return {
    Description: template.description,
    Parameters: members(
      Object.entries(template.parameters).map(([key, declaration]) => ({
        ParameterKey: key,
        DefaultValue: declaration.Default,
        ParameterType: declaration.Type,
        NoEcho: isNoEcho(declaration),
        Description: declaration.Description,
      })),
    ),
    Capabilities: members(capabilities),
    CapabilitiesReason: capabilities.length > 0 ? 'The template has IAM resources.' : undefined,
    ResourceTypes: members([...types]),
    Version: '2010-09-09',
  };
}
