import { isObject, Json } from './template';

/** What CloudFormation sends to the function behind a service token. */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ServiceToken: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceType: string;
  readonly ResourceProperties: Json;
  /** On Update and Delete. */
  readonly PhysicalResourceId?: string;
  /** On Update. */
  readonly OldResourceProperties?: Json;
}

export interface CustomResourceResponse {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
  readonly physicalId: string;
  readonly data: Json;
}

/** Why a response is no response; CloudFormation fails the resource with it. */
export class RefusedResponse extends Error {}

const maxBytes = 4096;
const maxPhysicalIdBytes = 1024;

/** Reads a response as strictly as CloudFormation does. */
export function readResponse(event: CustomResourceEvent, body: Buffer): CustomResourceResponse {
  if (body.length > maxBytes) throw new RefusedResponse('Response object is too long.');
  const response = parse(body);
  for (const name of ['StackId', 'RequestId', 'LogicalResourceId'] as const) {
    if (response[name] === undefined) throw invalid(`${name} is missing`);
    if (response[name] !== event[name]) throw invalid(`${name} is not that of the request`);
  }
  const { Status, Reason, PhysicalResourceId, Data } = response;
  if (typeof PhysicalResourceId !== 'string' || PhysicalResourceId === '' || Buffer.byteLength(PhysicalResourceId) > maxPhysicalIdBytes) {
    throw new RefusedResponse('Invalid PhysicalResourceId');
  }
  if (Status !== 'SUCCESS' && Status !== 'FAILED') throw invalid('Value of property Status must be SUCCESS or FAILED');
  if (Reason !== undefined && typeof Reason !== 'string') throw invalid('Value of property Reason must be of type String');
  if (Status === 'FAILED' && !Reason) throw invalid('Reason is missing');
  if (Data !== undefined && Data !== null && !isObject(Data)) throw invalid('Value of property Data must be an object');
  return { status: Status, reason: Reason ?? '', physicalId: PhysicalResourceId, data: isObject(Data) ? Data : {} };
}

function parse(body: Buffer): Json {
  try {
    const response: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(response)) return response;
  } catch {
    // Said below, in CloudFormation's words.
  }
  throw new RefusedResponse('Response is not valid JSON');
}

function invalid(what: string): RefusedResponse {
  return new RefusedResponse(`Invalid response object: ${what}`);
}
