import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Certificate } from '../../emulator/control/certificate';
import { describeStacksAnswer, disconnectAnswer } from './answers';

/** As much of AWS as a deletion asks for, with answers that are made beforehand: it must not be what is measured. */
export interface FakeAws {
  /** For every service, over HTTP as the embedded AWS and over TLS as AWS. */
  readonly endpoints: { readonly http: string; readonly https: string };
  /** Port of the response URL, over TLS. */
  readonly responsePort: number;
  /** The next answer to CloudFormation: when it arrived, on the clock of `performance.now()`. */
  answered(): Promise<{ readonly at: number; readonly status: unknown }>;
  /** What was asked of AWS since it was last taken. */
  takeCalls(): readonly string[];
  stop(): Promise<void>;
}

/** `invoke` runs the function that is invoked through Lambda, and returns what it returned. */
export async function startFakeAws(certificate: Certificate, invoke: (payload: string) => Promise<string>): Promise<FakeAws> {
  const calls: string[] = [];
  let tell: (answer: { at: number; status: unknown }) => void = () => undefined;

  const answer = async (request: IncomingMessage): Promise<{ type: string; body: string }> => {
    const body = await text(request);
    if (request.method === 'PUT') {
      tell({ at: performance.now(), status: (JSON.parse(body) as { Status?: unknown }).Status });
      return { type: 'text/plain', body: '' };
    }
    const call = operationOf(request, body);
    calls.push(call);
    if (call === 'Invoke') return { type: 'application/json', body: await invoke(body) };
    return call === 'DescribeStacks'
      ? { type: 'text/xml', body: describeStacksAnswer }
      : { type: 'application/json', body: call === 'DisconnectSourceServer' ? disconnectAnswer : '{}' };
  };
  const listener: RequestListener = (request, response) => {
    answer(request).then(
      ({ type, body }) => response.writeHead(200, { 'content-type': type }).end(body),
      () => response.destroy(),
    );
  };
  const plain = createServer(listener);
  const secure = createSecureServer(certificate, listener);
  for (const server of [plain, secure]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const [port, securePort] = [plain, secure].map((server) => (server.address() as AddressInfo).port);
  return {
    endpoints: { http: `http://127.0.0.1:${port}`, https: `https://127.0.0.1:${securePort}` },
    responsePort: securePort ?? 0,
    answered: () => new Promise((resolve) => (tell = resolve)),
    takeCalls: () => calls.splice(0),
    stop: async () => {
      const closed = [plain, secure].map((server) => once(server.close(), 'close'));
      plain.closeAllConnections();
      secure.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

function operationOf({ url = '' }: IncomingMessage, body: string): string {
  return new URLSearchParams(body).get('Action') ?? (url.includes('/invocations') ? 'Invoke' : url.slice(1));
}
