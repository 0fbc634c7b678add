import { jsonBody, jsonResponse, refuseJson11 } from '../http/json';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { Iam } from '../iam/iam';
import { ResourceProviders } from '../resource-provider';
import { parameterProvider } from './parameter-provider';
import { StoredParameter, parameterArn, ParameterStore } from './parameter-store';

/** Higher than any version that a CDK CLI asks for: no account needs to be bootstrapped. */
const bootstrapVersion: StoredParameter = { type: 'String', value: '1000' };

/** AWS Systems Manager: parameters that stacks declare, and the bootstrap version of every account. */
export class Ssm implements Service {
  readonly signingName = 'ssm';
  readonly providers: ResourceProviders;
  private readonly parameterStore: ParameterStore = new Map();

  constructor(private readonly iam: Iam) {
    this.providers = { 'AWS::SSM::Parameter': parameterProvider(this.parameterStore) };
  }

  operationOf(request: ServiceRequest): string | undefined {
    return /^AmazonSSM\.(GetParameters?)$/.exec(request.headers['x-amz-target'] ?? '')?.[1];
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const operation = this.operationOf(request);
    const input = jsonBody(request);
    const names = operation === 'GetParameter' ? [input?.Name] : input?.Names;
    if (!isStrings(names))
      throw new AwsError('ValidationException', '1 validation error detected: the name of a parameter must be a string', 400);
    for (const name of names)
      this.iam.authorize(request.caller, `ssm:${operation}`, arnOf(name, request), { 'aws:RequestedRegion': request.region });

    const found = names.map((name) => this.describe(name, request)).filter((parameter) => parameter !== undefined);
    if (operation === 'GetParameters') {
      return jsonResponse(200, { Parameters: found, InvalidParameters: names.filter((name) => !this.find(name, request)) });
    }
    if (!found[0]) throw new AwsError('ParameterNotFound', `Parameter ${names[0]} not found.`, 400);
    return jsonResponse(200, { Parameter: found[0] });
  }

  refuse(error: AwsError): ServiceResponse {
    return refuseJson11(error);
  }

  private find(name: string, request: ServiceRequest): StoredParameter | undefined {
    const declared = this.parameterStore.get(arnOf(name, request));
    return declared ?? (/^\/cdk-bootstrap\/[^/]+\/version$/.test(name) ? bootstrapVersion : undefined);
  }

  private describe(name: string, request: ServiceRequest): Record<string, unknown> | undefined {
    const found = this.find(name, request);
    return found && { Name: name, Type: found.type, Value: found.value, Version: 1, DataType: 'text', ARN: arnOf(name, request) };
  }
}

function arnOf(name: string, { region, caller }: ServiceRequest): string {
  return parameterArn({ region, accountId: caller.accountId }, name);
}

function isStrings(names: unknown): names is string[] {
  return Array.isArray(names) && names.every((name) => typeof name === 'string');
}
