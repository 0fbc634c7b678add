import { EventEmitter } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { type Invocation, runAs, runningInvocation } from './invocation';

/** A request that a server has dealt with. */
export interface Exchange {
  /** Such as DisconnectSourceServer; PutResponse for a response to CloudFormation. */
  readonly operation: string;
  readonly body: string;
  readonly invocation?: Invocation;
  /** When it was sent, in milliseconds since 1970: a server may take its time. */
  readonly sentAt: number;
  /** Whether the run had answered before it was sent. */
  readonly isLate: boolean;
  /** Who signed it and for which Region, by the credential scope; a response to CloudFormation is signed by nobody. */
  readonly accessKeyId?: string;
  readonly region?: string;
  /** Where it went. */
  readonly host: string;
  /** Undefined if the connection broke instead. */
  readonly status?: number;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

type RequestOptions = {
  host?: string | null;
  hostname?: string | null;
  port?: number | string;
  path?: string;
  method?: string;
  headers?: Record<string, string | number>;
};
type ResponseListener = (response: Readable & { statusCode: number; headers: http.IncomingHttpHeaders }) => void;

/** The shortest and the longest way of a request or an answer through the network, in milliseconds. */
const LATENCY = [3, 40] as const;

/** Where all servers of this process are. */
export const HOST = '127.0.0.1';

const servers = new Map<number, VirtualServer>();
const listeners = new Set<(exchange: Exchange) => void>();

/** Tells of each request that a server has dealt with, before anybody hears the answer. */
export function onExchange(listener: (exchange: Exchange) => void) {
  listeners.add(listener);
}

/** From now on no server of this process has a socket: it is reached by clients of this process only, in simulated time. Returns what ends that. */
export function withoutSockets(): () => void {
  servers.clear();
  listeners.clear();
  // Whoever calls them looks them up in their module.
  const actual = [http, https].map((module) => [module, { createServer: module.createServer, request: module.request }] as const);
  actual.forEach(([module]) => Object.assign(module, { createServer, request }));
  return () => actual.forEach(([module, functions]) => Object.assign(module, functions));
}

function createServer(...parameters: unknown[]): VirtualServer {
  const server = new VirtualServer();
  const listener = parameters.find((parameter) => typeof parameter === 'function');
  if (listener) {
    server.on('request', listener as () => void);
  }
  return server;
}

function request(...parameters: unknown[]): VirtualRequest {
  const invocation = runningInvocation();
  if (invocation && !invocation.isAlive) {
    // Ends what is left of the process: nothing that it does can be seen any more.
    throw new Error('this process is dead');
  }
  const [target, options] = parameters as [URL | RequestOptions, RequestOptions];
  const callback = parameters.at(-1) as ResponseListener;
  if (target instanceof URL) {
    return new VirtualRequest(
      { host: target.hostname, port: target.port, path: target.pathname + target.search, ...options },
      callback,
      invocation,
    );
  }
  return new VirtualRequest(target, callback, invocation);
}

class VirtualServer extends EventEmitter {
  private port = 0;

  listen(_port: number, _host: string, listening: () => void): this {
    this.port = servers.size + 1;
    servers.set(this.port, this);
    listening();
    return this;
  }

  address() {
    return { port: this.port };
  }

  closeAllConnections() {
    // There are none.
  }

  close(closed: () => void) {
    servers.delete(this.port);
    closed();
  }

  /** Resolves with the answer, or with undefined if the connection breaks. */
  handle(options: RequestOptions, body: Buffer): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      // Unless told, Node's client says where it goes, too.
      const host = `127.0.0.1:${this.port}`;
      const headers = Object.fromEntries(
        Object.entries({ host, ...options.headers }).map(([name, value]) => [name.toLowerCase(), String(value)]),
      );
      const breakConnection = () => resolve(undefined);
      const socket = { destroy: breakConnection, resetAndDestroy: breakConnection };
      const incoming = Object.assign(Readable.from(body.length > 0 ? [body] : []), {
        method: options.method,
        url: options.path,
        headers,
        socket,
      });
      let head = { status: 200, headers: {} };
      const outgoing = {
        writeHead(status: number, answered: http.IncomingHttpHeaders) {
          head = { status, headers: answered };
          return outgoing;
        },
        end(answered: string | Buffer = '') {
          resolve({ ...head, body: Buffer.from(answered) });
        },
      };
      this.emit('request', incoming, outgoing);
    });
  }
}

class VirtualRequest extends EventEmitter {
  private isOver = false;

  constructor(
    private readonly options: RequestOptions,
    private readonly callback: ResponseListener,
    private readonly invocation?: Invocation,
  ) {
    super();
  }

  end(body: string | Buffer = '') {
    void this.exchange(Buffer.from(body));
  }

  destroy() {
    this.isOver = true;
    this.invocation?.hears(operationOf(this.options, Buffer.alloc(0)), undefined);
  }

  abort() {
    this.isOver = true;
  }

  setTimeout() {
    // The SDK's clients ask for none.
  }

  private async exchange(body: Buffer) {
    const { invocation } = this;
    const operation = operationOf(this.options, body);
    const sentAt = Date.now();
    const isLate = invocation?.answers === true;
    if (invocation && operation === 'PutResponse') {
      invocation.answers = true;
    }
    if (invocation?.dies('before', operation)) {
      return;
    }
    invocation?.sent.push({ operation, body: body.toString(), sentAt });
    await latency();
    const host = this.options.hostname ?? this.options.host ?? '';
    const server = host === HOST ? servers.get(Number(this.options.port)) : undefined;
    // Whatever the server does now, it does for this invocation.
    const handle = () => server?.handle(this.options, body);
    const answer = this.isOver ? undefined : await (invocation ? runAs(invocation, handle) : handle());
    for (const listener of listeners) {
      listener({ operation, host, body: body.toString(), invocation, sentAt, isLate, ...signerOf(this.options), status: answer?.status });
    }
    if (invocation?.dies('after', operation)) {
      return;
    }
    await latency();
    if (this.isOver || invocation?.isAlive === false) {
      return;
    }
    this.isOver = true;
    invocation?.hears(operation, answer?.status);
    if (answer) {
      this.callback(Object.assign(Readable.from([answer.body]), { statusCode: answer.status, headers: answer.headers }));
    } else {
      this.emit('error', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    }
  }
}

function latency(): Promise<void> {
  const [shortest, longest] = LATENCY;
  return new Promise((resolve) => setTimeout(resolve, shortest + Math.floor(Math.random() * (longest - shortest))));
}

function operationOf({ method, path = '' }: RequestOptions, body: Buffer): string {
  return method === 'PUT' ? 'PutResponse' : (/(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1] ?? path.slice(1));
}

function signerOf({ headers = {} }: RequestOptions): Pick<Exchange, 'accessKeyId' | 'region'> {
  const [, accessKeyId, region] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(String(headers.authorization)) ?? [];
  return { accessKeyId, region };
}
