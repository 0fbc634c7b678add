import { randomUUID } from 'node:crypto';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { Calls } from '../control/calls';
import { Clock } from '../control/clock';
import { Fault, Faults } from '../control/faults';
import { errorOf } from './fault-errors';
import { refuseJson11 } from './json';
import { AwsError, Caller, Service, ServiceRequest, ServiceResponse } from './service';

/** More than any asset of a rehearsal; a request beyond it is cut off. */
const maxBodyBytes = 64 * 1024 * 1024;

/** Knows who has which access key. */
export interface Authenticator {
  /** Undefined where nobody has this key, or not with this session token. */
  authenticate(accessKeyId: string, sessionToken: string | undefined): Caller | undefined;
}

export interface HttpGatewayParts {
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly faults: Faults;
  readonly calls: Calls;
}

/** Who signed a request, for which Region and service. */
interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
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

/** The HTTP endpoint of every service. Routes by the service in the SigV4 credential scope. */
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
    const target = `http://localhost${incoming.url}`;
    const body = await readBody(incoming);
    if (!body || !URL.canParse(target)) return void socket.destroy();
    const scope = credentialScopeOf(incoming.headers.authorization);
    const service = scope && this.services.get(scope.service);
    const url = new URL(target);
    const caller = scope && this.parts.authenticator.authenticate(scope.accessKeyId, header(incoming, 'x-amz-security-token'));
    const request = scope && caller && toServiceRequest(incoming, url, body, scope.region, caller);
    const operation = request && service?.operationOf(request);

    const outcome = await this.outcome(scope, service, request, operation);
    const { fault, error } = outcome;
    this.parts.calls.record({
      time,
      service: scope?.service ?? 'unknown',
      operation: operation ?? `${incoming.method} ${url.pathname}`,
      accountId: caller?.accountId ?? 'unknown',
      region: scope?.region ?? 'unknown',
      callerArn: caller?.arn ?? 'unknown',
      userAgent: header(incoming, 'user-agent') ?? '',
      input: inputOf(header(incoming, 'content-type'), url, body),
      status: outcome.response?.status ?? 0,
      ...(error && { error: error.code }),
      ...(fault && { fault: fault.kind }),
    });
    if (fault?.kind === 'reset' || fault?.kind === 'lost-answer') socket.resetAndDestroy();
    else if (outcome.response) write(outgoing, outcome.response);
  }

  private async outcome(scope?: CredentialScope, service?: Service, request?: ServiceRequest, operation?: string): Promise<RequestOutcome> {
    const refuse = (error: AwsError, fault?: Fault): RequestOutcome => ({
      response: service ? service.refuse(error) : refuseJson11(error),
      error,
      fault,
    });
    if (!scope) return refuse(new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403));
    if (!service) {
      const served = this.served.join(', ');
      return refuse(new AwsError('InvalidSignatureException', `Service '${scope.service}' is not served here, only ${served}.`, 403));
    }
    if (!request) return refuse(new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403));
    if (!operation) return refuse(new AwsError('UnknownOperationException', `${scope.service} has no such operation here.`, 404));

    const fault = this.parts.faults.take(scope.service, operation);
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

function credentialScopeOf(authorization: string | undefined): CredentialScope | undefined {
  const match = /^AWS4-HMAC-SHA256 .*?Credential=([^/\s]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(authorization ?? '');
  if (!match) return undefined;
  const [, accessKeyId = '', region = '', service = ''] = match;
  return { accessKeyId, region, service };
}

function toServiceRequest(incoming: IncomingMessage, url: URL, body: Buffer, region: string, caller: Caller): ServiceRequest {
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return { method: incoming.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, body, region, caller };
}

function header(incoming: IncomingMessage, name: string): string | undefined {
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
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
