import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { strangenessOf } from '../http/own-clients';

/** An event as a process is given it. */
export interface RuntimeEvent {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON. */
  readonly payload: string;
  /** Emulated milliseconds since 1970. */
  readonly deadline: number;
}

export interface RuntimeListener {
  /** The process is initialized and asks for an event. */
  ready(): void;
  /** The handler has returned, or thrown. */
  answered(requestId: string, outcome: 'success' | 'error'): void;
}

/** Lambda's Runtime API, 2018-06-01, for a single process. */
export class RuntimeApi {
  private next?: ServerResponse;
  private endpoint = '';
  private readonly server = createServer((request, response) => void this.answer(request, response));

  constructor(private readonly listener: RuntimeListener) {
    // The client keeps its connection for as long as the process lives.
    this.server.keepAliveTimeout = 0;
  }

  /** Returns host:port. */
  async start(): Promise<string> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    this.endpoint = `http://${host}`;
    return host;
  }

  /** Whether the process asks for an event. */
  get asked(): boolean {
    return this.next !== undefined;
  }

  deliver(event: RuntimeEvent): void {
    this.next?.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': event.requestId,
      'lambda-runtime-deadline-ms': String(Math.floor(event.deadline)),
      'lambda-runtime-invoked-function-arn': event.functionArn,
    });
    this.next?.end(event.payload);
    this.next = undefined;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (strangenessOf(request.headers, this.endpoint)) return void response.writeHead(403).end();
    const path = request.url?.replace('/2018-06-01/runtime/', '');
    const [, requestId, kind] = /^invocation\/([^/]+)\/(response|error)$/.exec(path ?? '') ?? [];
    if (request.method === 'GET' && path === 'invocation/next') {
      this.next = response;
      return this.listener.ready();
    }
    // A killed process breaks off in the middle: nobody is left to be answered.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    const known = request.method === 'POST' && (requestId !== undefined || path === 'init/error');
    response.writeHead(known ? 202 : 404).end();
    if (requestId !== undefined) this.listener.answered(requestId, kind === 'response' ? 'success' : 'error');
  }
}
