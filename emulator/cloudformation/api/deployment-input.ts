import { AwsError } from '../../http/service';
import { deploymentOf } from '../deployment';
import { validationError } from '../errors';
import { Deployment, Tags } from '../model';
import { GivenParameter, parameterValues } from '../parameters';
import { Stack } from '../stack';
import { parseTemplate, Template } from '../template';
import { Api } from './api';
import { missingCapabilities } from './capabilities';
import { QueryInput } from './query';

const maxTemplateBody = 51_200;
const maxTemplateObject = 1_048_576;

export type ApiWithTemplates = Pick<Api, 'fetchTemplate'>;

/** The deployment that CreateStack, UpdateStack and CreateChangeSet ask for. */
export function readDeployment(api: ApiWithTemplates, input: QueryInput, stack: Stack): Deployment {
  const template = readTemplate(api, input, stack);
  const missing = missingCapabilities(template, input.list('Capabilities'));
  if (missing.length > 0) throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`, 400);
  const given = input.structures('Parameters').map(readParameter);
  const tags = input.structures('Tags');
  return deploymentOf(
    stack,
    template,
    parameterValues(template, given, stack.deployment?.parameters),
    tags.length > 0 ? readTags(tags) : (stack.deployment?.tags ?? {}),
  );
}

export function readTemplate(api: ApiWithTemplates, input: QueryInput, stack?: Stack): Template {
  const body = input.text('TemplateBody');
  const url = input.text('TemplateURL');
  if (input.flag('UsePreviousTemplate') && stack?.deployment) return stack.deployment.template;
  if (body !== undefined && url === undefined) {
    if (Buffer.byteLength(body) > maxTemplateBody) {
      throw validationError(
        "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200",
      );
    }
    return parseTemplate(body);
  }
  if (url === undefined || body !== undefined) throw validationError('Either Template URL or Template Body must be specified.');
  const fetched = api.fetchTemplate(url);
  if (Buffer.byteLength(fetched) > maxTemplateObject) throw validationError('Template may not exceed 1000000 bytes in size.');
  return parseTemplate(fetched);
}

function readParameter({ ParameterKey = '', ParameterValue, UsePreviousValue }: Record<string, string>): GivenParameter {
  return {
    key: ParameterKey,
    usePreviousValue: UsePreviousValue === 'true',
    ...(ParameterValue !== undefined && { value: ParameterValue }),
  };
}

function readTags(tags: readonly Record<string, string>[]): Tags {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
