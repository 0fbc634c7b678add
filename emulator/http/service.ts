import { FaultErrorKind } from '../control/faults';

/** Who called: the operator, to whom only service control policies refuse anything, or a role, which may do what its policies allow at that moment. */
export interface Caller {
  readonly kind: 'operator' | 'role';
  readonly accountId: string;
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or the operator's user ARN. */
  readonly arn: string;
  /** The role of a session, whether it is modelled or not. */
  readonly roleArn?: string;
  /** The role whose policies count; undefined for the operator. */
  readonly roleName?: string;
}

/** Whose an access key is, and the secret that must have signed the request. */
export interface Identity {
  readonly caller: Caller;
  readonly secretAccessKey: string;
}

/** A request as a service sees it, after the HTTP gateway has read who signed it, for which Region and service. */
export interface ServiceRequest {
  readonly method: string;
  /** The path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string | undefined>;
  readonly body: Buffer;
  readonly region: string;
  readonly caller: Caller;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One AWS service behind the HTTP gateway. */
export interface Service {
  /** The service's name in a SigV4 credential scope. */
  readonly signingName: string;
  /** The operation that a request asks for, as IAM and the service model spell it; undefined if there is none. */
  operationOf(request: ServiceRequest): string | undefined;
  /** Errors thrown as `AwsError` are written in the service's own protocol by `refuse`. */
  handle(request: ServiceRequest): Promise<ServiceResponse>;
  refuse(error: AwsError): ServiceResponse;
  /** Its error for an injected fault, where that differs from Throttling (400), InternalFailure (500) and AccessDenied (403). */
  faultError?(kind: FaultErrorKind, retryAfter?: number): AwsError;
}

/** An error that a service answers with. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    /** Modelled members of the error, next to its message. */
    readonly members: Record<string, unknown> = {},
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = code;
  }
}
