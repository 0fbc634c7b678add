import { randomUUID } from 'node:crypto';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { Calls } from '../control/calls';
import { Clock } from '../control/clock';
import { Fault, Faults } from '../control/faults';
import { errorOf } from './fault-errors';
import { refuseJson11 } from './json';
import { strangenessOf } from './own-clients';
import { AwsError, Caller, Identity, Service, ServiceRequest, ServiceResponse } from './service';
import { Authorization, isSignedWith, readAuthorization, WireRequest } from './signature';

/** More than any asset of a rehearsal; a request beyond it is cut off. */
const maxBodyBytes = 64 * 1024 * 1024;

const signedOtherwise =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';

/** Knows who has which access key. */
export interface Authenticator {
  /** Undefined where nobody has this key, or not with this session token. */
  identify(accessKeyId: string, sessionToken: string | undefined): Identity | undefined;
}

export interface HttpGatewayParts {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly faults: Faults;
  readonly calls: Calls;
}

/** What became of a request; no response if the connection is to break or to hang. */
interface RequestOutcome {
  readonly response?: ServiceResponse;
  readonly error?: AwsError;
  readonly fault?: Fault;
}

/** A port of this machine only, a free one unless told; nobody answers at it yet. */
export async function openPort(port = 0): Promise<Server> {
  const server = createServer({ requestTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}

/** The HTTP endpoint of every service. Routes by the service in the SigV4 credential scope, once the signature is the caller's. */
export class HttpGateway {
  readonly endpoint: string;
  private readonly services = new Map<string, Service>();
  private readonly delays = new Set<NodeJS.Timeout>();

  constructor(
    private readonly server: Server,
    private readonly parts: HttpGatewayParts,
  ) {
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (incoming, outgoing) => void this.answer(incoming, outgoing));
  }

  serve(...services: Service[]): void {
    for (const service of services) this.services.set(service.signingName, service);
  }

  /** The names that the services have in signatures. */
  get served(): string[] {
    return [...this.services.keys()].sort();
  }

  async stop(): Promise<void> {
    for (const delay of this.delays) clearTimeout(delay);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const time = this.parts.clock.now();
    // Kept, since a request that was cut off has no socket any more.
    const { socket } = incoming;
    const authorization = readAuthorization(incoming.headers.authorization);
    const service = authorization && this.services.get(authorization.service);
    const strangeness = strangenessOf(incoming.headers, this.endpoint);
    if (strangeness) return write(outgoing, refusal(service, new AwsError('AccessDeniedException', strangeness, 403)));
    const target = `http://localhost${incoming.url}`;
    const body = await readBody(incoming);
    if (!body || !URL.canParse(target)) return void socket.destroy();
    const url = new URL(target);
    const wire = { method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers: headersOf(incoming), body };
    const caller = authorization && this.callerOf(wire, authorization);
    const known = caller instanceof AwsError ? undefined : caller;
    const request = authorization && known && toServiceRequest(wire, url, authorization.region, known);
    const operation = request && service?.operationOf(request);

    const outcome = await this.outcome(caller, authorization, service, request, operation);
    const { fault, error } = outcome;
    this.parts.calls.record({
      time,
      service: authorization?.service ?? 'unknown',
      operation: operation ?? `${wire.method} ${url.pathname}`,
      accountId: known?.accountId ?? 'unknown',
      region: authorization?.region ?? 'unknown',
      callerArn: known?.arn ?? 'unknown',
      userAgent: wire.headers['user-agent'] ?? '',
      input: inputOf(wire.headers['content-type'], url, body),
      status: outcome.response?.status ?? 0,
      ...(error && { error: error.code }),
      ...(fault && { fault: fault.kind }),
    });
    if (fault?.kind === 'reset' || fault?.kind === 'lost-answer') socket.resetAndDestroy();
    else if (outcome.response) write(outgoing, outcome.response);
  }

  /** Who signed it, or the error for whom nobody knows, or who doesn't know the secret. */
  private callerOf(wire: WireRequest, authorization: Authorization): Caller | AwsError {
    const identity = this.parts.authenticator.identify(authorization.accessKeyId, wire.headers['x-amz-security-token']);
    if (!identity) return new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
    if (isSignedWith(identity.secretAccessKey, wire, authorization)) return identity.caller;
    return new AwsError('InvalidSignatureException', signedOtherwise, 403);
  }

  private async outcome(
    caller?: Caller | AwsError,
    authorization?: Authorization,
    service?: Service,
    request?: ServiceRequest,
    operation?: string,
  ): Promise<RequestOutcome> {
    const refuse = (error: AwsError, fault?: Fault): RequestOutcome => ({ response: refusal(service, error), error, fault });
    if (!caller || !authorization) return refuse(new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403));
    if (caller instanceof AwsError) return refuse(caller);
    const { service: name } = authorization;
    if (!service || !request) {
      return refuse(
        new AwsError('InvalidSignatureException', `Service '${name}' is not served here, only ${this.served.join(', ')}.`, 403),
      );
    }
    if (!operation) return refuse(new AwsError('UnknownOperationException', `${name} has no such operation here.`, 404));

    const fault = this.parts.faults.take(name, operation);
    const faultError = fault && errorOf(fault, service);
    if (faultError) return refuse(faultError, fault);
    if (fault?.kind === 'reset' || fault?.kind === 'hang') return { fault };
    if (fault?.kind === 'slow') await this.delay(fault.delay ?? 0);
    try {
      return { response: await service.handle(request), fault };
    } catch (error) {
      return refuse(error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500), fault);
    }
  }

  /** Like clock.sleep, but forgotten when the server stops. */
  private delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const delay = this.parts.clock.after(milliseconds, () => {
        this.delays.delete(delay);
        resolve();
      });
      this.delays.add(delay);
    });
  }
}

/** The body, or undefined if it is too long or never ends. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}

function headersOf(incoming: IncomingMessage): ServiceRequest['headers'] {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function toServiceRequest({ method, headers, body }: WireRequest, url: URL, region: string, caller: Caller): ServiceRequest {
  return { method, path: url.pathname, query: url.searchParams, headers, body, region, caller };
}

/** An error in the protocol of its service, as far as that is known. */
function refusal(service: Service | undefined, error: AwsError): ServiceResponse {
  return service ? service.refuse(error) : refuseJson11(error);
}

function inputOf(contentType = '', url: URL, body: Buffer): unknown {
  if (contentType.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(body.toString()));
  if (!contentType.includes('json')) return Object.fromEntries(url.searchParams);
  try {
    return JSON.parse(body.toString() || '{}');
  } catch {
    return body.toString();
  }
}

function write(outgoing: ServerResponse, response: ServiceResponse): void {
  outgoing.writeHead(response.status, { 'x-amzn-requestid': randomUUID(), ...response.headers }).end(response.body);
}
