import { AwsError, Caller, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { xmlElement, XmlContent, xmlResponse } from '../http/xml';
import { Iam } from '../iam/iam';
import { readSession } from './session-input';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const sessionSeconds = 3600;
/** Every other parameter of AssumeRole changes what the session may do. Who shows a code of a device may do no more than others: no policy here asks for it. */
const supportedParameters = [
  ...['Action', 'Version', 'RoleArn', 'RoleSessionName', 'ExternalId', 'SerialNumber', 'TokenCode'],
  ...['Policy', 'SourceIdentity'],
];

/** AWS Security Token Service: who am I, and be somebody else. */
export class Sts implements Service {
  readonly signingName = 'sts';
  private readonly operations: Record<string, (caller: Caller, parameters: URLSearchParams, region: string) => XmlContent> = {
    GetCallerIdentity: (caller) => ({ Arn: caller.arn, UserId: caller.arn.split('/').slice(1).join(':'), Account: caller.accountId }),
    AssumeRole: (caller, parameters, region) => this.assumeRole(caller, parameters, region),
  };

  constructor(private readonly iam: Iam) {}

  operationOf(request: ServiceRequest): string | undefined {
    const action = new URLSearchParams(request.body.toString()).get('Action') ?? '';
    return action in this.operations ? action : undefined;
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const parameters = new URLSearchParams(request.body.toString());
    const action = parameters.get('Action') ?? '';
    const result = this.operations[action]?.(request.caller, parameters, request.region);
    return xmlResponse(200, xmlElement(`${action}Response`, { [`${action}Result`]: result }, namespace));
  }

  refuse(error: AwsError): ServiceResponse {
    const code = error.code
      .replace(/^AccessDeniedException$/, 'AccessDenied')
      .replace(/^UnrecognizedClientException$/, 'InvalidClientTokenId')
      .replace(/^InvalidSignatureException$/, 'SignatureDoesNotMatch');
    const content = { Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: code, Message: error.message } };
    return xmlResponse(error.status, xmlElement('ErrorResponse', content, namespace), error.headers);
  }

  private assumeRole(caller: Caller, parameters: URLSearchParams, region: string): XmlContent {
    const isSupported = (name: string) =>
      supportedParameters.includes(name) ||
      /^Tags\.member\.\d+\.(Key|Value)$/.test(name) ||
      (name === 'DurationSeconds' && Number(parameters.get(name)) === sessionSeconds);
    const unsupported = [...parameters.keys()].find((name) => !isSupported(name));
    if (unsupported) throw new AwsError('ValidationError', `AssumeRole's ${unsupported} is not modelled by the embedded AWS.`, 400);
    const roleArn = required(parameters, 'RoleArn');
    const sessionName = required(parameters, 'RoleSessionName');
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
      throw validationError(
        `Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      );
    }
    if (parameters.has('SerialNumber') && !/^\d{6}$/.test(parameters.get('TokenCode') ?? '')) {
      throw new AwsError('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.', 403);
    }
    const externalId = parameters.get('ExternalId');
    const about = { 'aws:RequestedRegion': region, ...(externalId !== null && { 'sts:ExternalId': externalId }) };
    const credentials = this.iam.assumeRole(caller, roleArn, sessionName, about, readSession(parameters));
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        // By the wall clock: it is the client that compares it, with its own.
        Expiration: new Date(Date.now() + sessionSeconds * 1000).toISOString(),
      },
      AssumedRoleUser: { Arn: this.iam.callerOf(credentials.accessKeyId)?.arn, AssumedRoleId: `${credentials.accessKeyId}:${sessionName}` },
    };
  }
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (!value) throw validationError(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  return value;
}

function validationError(problem: string): AwsError {
  return new AwsError('ValidationError', `1 validation error detected: ${problem}`, 400);
}
