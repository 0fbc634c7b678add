import type { CloudFormationClientResolvedConfig } from '@aws-sdk/client-cloudformation';
import type { EC2ClientResolvedConfig } from '@aws-sdk/client-ec2';
import { type EndpointParameterInstructions, getEndpointPlugin } from '@smithy/middleware-endpoint';
import { getSerdePlugin } from '@smithy/middleware-serde';
import { HttpRequest } from '@smithy/protocol-http';
import { collectBody, Command, extendedEncodeURIComponent, ServiceException } from '@smithy/smithy-client';
import type { HttpRequest as Request, HttpResponse, MetadataBearer, SerdeContext } from '@smithy/types';
import { Element, parseXml } from './xml';

/** A service that is asked by a form and answers in XML. */
interface QueryService {
  /** As its client is named. */
  readonly service: 'CloudFormation' | 'EC2';
  /** Where an answer has what was asked for; undefined if it has it not. */
  readonly resultOf: (answer: Element, operation: string) => Element | undefined;
  readonly errorOf: (answer: Element) => Element | undefined;
}

type Form = { readonly [name: string]: string | undefined };
type Configuration = CloudFormationClientResolvedConfig | EC2ClientResolvedConfig;

/** Makes commands for the SDK's client of a service, from which they have endpoint, signature, user agent and connection. */
export function queryCommands<C extends Configuration>({ service, resultOf, errorOf }: QueryService) {
  /** As the SDK makes its commands. */
  return function command<I extends object, O extends object>(
    operation: string,
    read: (result: Element) => O,
    write: (input: I) => Form = (input) => ({ ...(input as unknown as Form) }),
  ) {
    // What the endpoint depends on, besides AWS_ENDPOINT_URL.
    const endpoint: EndpointParameterInstructions = {
      UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
      Endpoint: { type: 'builtInParams', name: 'endpoint' },
      Region: { type: 'builtInParams', name: 'region' },
      UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },
    };
    type Context = SerdeContext & C;
    const serialize = (input: I, context: Context) =>
      requestFor({ ...write(input), Action: operation, Version: context.apiVersion }, context);
    const deserialize = async (response: HttpResponse, context: Context): Promise<O & MetadataBearer> => {
      const result = resultOf(await answerOf(response, context, errorOf), operation);
      if (!result) {
        throw new Error(`The answer has no result of ${operation}.`);
      }
      return { $metadata: { httpStatusCode: response.statusCode }, ...read(result) };
    };
    return Command.classBuilder<I, O & MetadataBearer, C>()
      .ep(endpoint)
      .m((_command, _stack, context: Context) => [getSerdePlugin(context, serialize, deserialize), getEndpointPlugin(context, endpoint)])
      .s(service, operation)
      .n(`${service}Client`, `${operation}Command`)
      .f()
      .build();
  };
}

async function requestFor(form: Form, context: SerdeContext): Promise<Request> {
  const { protocol, hostname, port, path } = await context.endpoint();
  const body = Object.entries(form)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map((entry) => entry.map(extendedEncodeURIComponent).join('='))
    .join('&');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new HttpRequest({ method: 'POST', protocol, hostname, port, path: path.endsWith('/') ? path : `${path}/`, headers, body });
}

/** @throws ServiceException if it is an error of the service, named by its code */
async function answerOf({ statusCode, body }: HttpResponse, context: SerdeContext, errorOf: QueryService['errorOf']): Promise<Element> {
  const document = context.utf8Encoder(await collectBody(body, context));
  const answer = document === '' ? new Element('') : parseXml(document);
  if (statusCode >= 300) {
    const error = errorOf(answer);
    const name = error?.textOf('Code') ?? String(statusCode);
    throw new ServiceException({
      name,
      message: error?.textOf('Message') ?? 'UnknownError',
      $fault: 'client',
      $metadata: { httpStatusCode: statusCode },
    });
  }
  return answer;
}
