import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { sign } from '../../../emulator/http/signature';
import { Credentials, SessionCredentials } from '../../../emulator/iam/model';

export interface Target {
  readonly service: string;
  readonly credentials: Credentials | SessionCredentials;
  readonly region?: string;
  readonly method?: string;
  readonly path?: string;
  /** By their names in lower case; `host` in the place of the endpoint's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The headers of a request, signed by hand: for what no client would send. */
export function signedHeaders(endpoint: string, target: Target): Record<string, string> {
  const { service, credentials, region = 'eu-central-1', method = 'POST', path = '/', body = '' } = target;
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const token: Record<string, string> = 'sessionToken' in credentials ? { 'x-amz-security-token': credentials.sessionToken } : {};
  const headers: Record<string, string> = { host: new URL(endpoint).host, 'x-amz-date': date, ...token, ...target.headers };
  const signed = { date: date.slice(0, 8), region, service, signedHeaders: Object.keys(headers).sort() };
  const signature = sign(credentials.secretAccessKey, { method, target: path, headers, body: Buffer.from(body) }, signed);
  const scope = `${credentials.accessKeyId}/${signed.date}/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signed.signedHeaders.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

/** Sends a request that is signed by hand. */
export function sendSigned(endpoint: string, target: Target): Promise<Answer> {
  return send(endpoint, { ...target, headers: signedHeaders(endpoint, target) });
}

/** Sends a request with these headers and no other, its own Host if it has one: `fetch` would not. */
export function send(
  endpoint: string,
  { method = 'POST', path = '/', headers, body = '' }: Pick<Target, 'method' | 'path' | 'headers' | 'body'>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${endpoint}${path}`, { method, headers, agent: false }, (response) => {
      text(response).then((answered) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answered }), reject);
    });
    request.once('error', reject).end(body);
  });
}
