import { randomUUID } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Server } from 'node:https';
import { AddressInfo, Socket } from 'node:net';
import { Clock } from '../control/clock';
import { Fault, Faults } from '../control/faults';
import { randomHex } from '../control/random';
import { strangenessOf } from '../http/own-clients';
import { xmlElement } from '../http/xml';

/** More than any response may have; what is longer is cut off. */
const maxBodyBytes = 1024 * 1024;

interface Expected {
  readonly signature: string;
  readonly receive: (body: Buffer) => void;
}

/** The S3 bucket to which custom resources PUT their responses, behind presigned URLs. Takes any object: judging it is CloudFormation's. */
export class ResponseEndpoint {
  private readonly expected = new Map<string, Expected>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;
  private endpoint = '';

  constructor(
    private readonly clock: Clock,
    private readonly faults: Faults,
    certificate: { readonly key: string; readonly cert: string },
  ) {
    this.server = createServer({ ...certificate }, (request, response) => void this.answer(request, response));
    this.server.on('connection', (socket: Socket) => this.sockets.add(socket.once('close', () => this.sockets.delete(socket))));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    this.endpoint = `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // Those of which the handshake is not over are none of the server's yet, and would keep it open.
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** A URL for one object; every PUT to it is handed on, late ones and repeated ones too. */
  expect(key: readonly string[], receive: (body: Buffer) => void): string {
    const path = `/${encodeURIComponent(key.join('|'))}`;
    const signature = randomHex(64);
    this.expected.set(path, { signature, receive });
    return this.url(path, signature);
  }

  /** A URL that nobody listens to. */
  unusedUrl(): string {
    return this.url(`/${randomUUID()}`, randomHex(64));
  }

  private url(path: string, signature: string): string {
    const time = new Date(this.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
    const query = new URLSearchParams({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Date': time,
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Expires': '7200',
      'X-Amz-Credential': `${randomHex(20)}/${time.slice(0, 8)}/s3/aws4_request`,
      'X-Amz-Signature': signature,
    });
    return `${this.endpoint}${path}?${query.toString()}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (strangenessOf(request.headers, this.endpoint)) return void response.writeHead(403).end();
    const body = await readBody(request);
    if (!body) return void request.socket.destroy();
    const fault = this.faults.take('cloudformation-response', 'PutResponse');
    if (fault?.kind === 'reset') return void request.socket.destroy();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'slow') await this.delay(fault.delay ?? 0);
    const refusal = refusalOf(fault) ?? this.put(request, body);
    if (fault?.kind === 'lost-answer') return void request.socket.destroy();
    if (!refusal) return void response.writeHead(200, { etag: `"${randomHex(32)}"` }).end();
    const [status, code] = refusal;
    const more: Record<string, string> = fault?.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
    response
      .writeHead(status, { 'content-type': 'application/xml', ...more })
      .end(xmlElement('Error', { Code: code, RequestId: randomUUID() }));
  }

  /** Takes the object, or says why not. */
  private put(request: IncomingMessage, body: Buffer): Refusal | undefined {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const expected = this.expected.get(url.pathname);
    if (!expected || request.method !== 'PUT' || url.searchParams.get('X-Amz-Signature') !== expected.signature)
      return [403, 'SignatureDoesNotMatch'];
    // S3 takes no chunked uploads: a client must know the length.
    if (request.headers['content-length'] === undefined) return [501, 'NotImplemented'];
    expected.receive(body);
    return undefined;
  }

  private delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.after(milliseconds, () => {
        this.timers.delete(timer);
        resolve();
      });
      this.timers.add(timer);
    });
  }
}

type Refusal = readonly [status: number, code: string];

function refusalOf(fault: Fault | undefined): Refusal | undefined {
  switch (fault?.kind) {
    case 'throttle':
      return [503, 'SlowDown'];
    case 'internal':
      return [503, 'ServiceUnavailable'];
    case 'denied':
      return [403, 'AccessDenied'];
    default:
      return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}
