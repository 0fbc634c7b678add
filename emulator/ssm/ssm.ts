import { partition } from '../defaults';
import { Iam } from '../iam/iam';
import { jsonBody, jsonResponse, refuseJson11 } from '../protocols/json';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../service';

/** Higher than any version that a CDK CLI asks for: no account needs to be bootstrapped. */
const bootstrapVersion = '1000';

/** AWS Systems Manager, of which only the bootstrap version of an account is read. */
export class Ssm implements Service {
  readonly signingName = 'ssm';

  constructor(private readonly iam: Iam) {}

  /** A parameter's value; undefined if there is no such parameter. */
  parameter(name: string): string | undefined {
    return /^\/cdk-bootstrap\/[^/]+\/version$/.test(name) ? bootstrapVersion : undefined;
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
      return jsonResponse(200, { Parameters: found, InvalidParameters: names.filter((name) => this.parameter(name) === undefined) });
    }
    if (!found[0]) throw new AwsError('ParameterNotFound', `Parameter ${names[0]} not found.`, 400);
    return jsonResponse(200, { Parameter: found[0] });
  }

  refuse(error: AwsError): ServiceResponse {
    return refuseJson11(error);
  }

  private describe(name: string, request: ServiceRequest): Record<string, unknown> | undefined {
    const value = this.parameter(name);
    return value === undefined
      ? undefined
      : { Name: name, Type: 'String', Value: value, Version: 1, DataType: 'text', ARN: arnOf(name, request) };
  }
}

function arnOf(name: string, { region, caller }: ServiceRequest): string {
  return `arn:${partition}:ssm:${region}:${caller.accountId}:parameter/${name.replace(/^\//, '')}`;
}

function isStrings(names: unknown): names is string[] {
  return Array.isArray(names) && names.every((name) => typeof name === 'string');
}
