import { AwsError, ServiceRequest, ServiceResponse } from './service';

/** The body as a JSON object; an empty body is an empty object. Undefined if it is neither. */
export function jsonBody(request: ServiceRequest): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(request.body.toString() || '{}');
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** An error as REST-JSON has it: its name in a header, its members in the body. */
export function refuseRestJson(error: AwsError): ServiceResponse {
  return jsonResponse(error.status, { message: error.message, ...error.members }, { 'x-amzn-errortype': error.code, ...error.headers });
}

/** An error as JSON 1.1 has it: its name in the body. */
export function refuseJson11(error: AwsError): ServiceResponse {
  return jsonResponse(error.status, { __type: error.code, message: error.message, ...error.members }, error.headers);
}
