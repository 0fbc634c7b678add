import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  /** The path and the query, as the first line of the request has them. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** What the `Authorization` header says: who signed what, for which Region and service. */
export interface Authorization {
  readonly accessKeyId: string;
  /** Of the key, as in 20261127. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Their names, in lower case. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const scheme = 'AWS4-HMAC-SHA256';

/** Undefined where it isn't the header of Signature Version 4. */
export function readAuthorization(header: string | undefined): Authorization | undefined {
  if (!header?.startsWith(`${scheme} `)) return undefined;
  const [, accessKeyId, date, region, service] =
    /\bCredential=([^/\s,]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(header) ?? [];
  const [, names = ''] = /\bSignedHeaders=([^\s,]+)/.exec(header) ?? [];
  const [, signature = ''] = /\bSignature=([^\s,]+)/.exec(header) ?? [];
  if (!accessKeyId || !date || !region || !service) return undefined;
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature };
}

/** Whether who signed it has this secret. The time isn't looked at: functions sign in emulated time, operators by the wall clock. */
export function isSignedWith(secretAccessKey: string, request: WireRequest, authorization: Authorization): boolean {
  if (!isPayloadAsSigned(request)) return false;
  const expected = Buffer.from(sign(secretAccessKey, request, authorization));
  const given = Buffer.from(authorization.signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The signature of a request. Also for who signs one by hand. */
export function sign(
  secretAccessKey: string,
  request: WireRequest,
  authorization: Omit<Authorization, 'signature' | 'accessKeyId'>,
): string {
  const { date, region, service } = authorization;
  const scope = [date, region, service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${secretAccessKey}`);
  const time = request.headers['x-amz-date'] ?? '';
  return hmac(key, [scheme, time, scope.join('/'), sha256(canonical(request, authorization))].join('\n')).toString('hex');
}

function canonical(request: WireRequest, { service, signedHeaders }: Pick<Authorization, 'service' | 'signedHeaders'>): string {
  const [path = '', query = ''] = request.target.split('?');
  const headers = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`);
  return [
    request.method,
    // Every service but S3 encodes once more what is encoded on the wire.
    service === 's3' ? path : path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    headers.join(''),
    signedHeaders.join(';'),
    request.headers['x-amz-content-sha256'] ?? sha256(request.body),
  ].join('\n');
}

function canonicalQuery(query: string): string {
  const parameters = query.split('&').filter((parameter) => parameter !== '');
  // By names first: a character that sorts before every other one ends them meanwhile.
  const sorted = parameters.map((parameter) => parameter.replace(/=|$/, '\0')).sort();
  return sorted.map((parameter) => parameter.replace('\0', '=')).join('&');
}

/** A hash that is told must be the body's; S3's clients may tell none, or sign each chunk. */
function isPayloadAsSigned({ headers, body }: WireRequest): boolean {
  const told = headers['x-amz-content-sha256'];
  return told === undefined || !/^[0-9a-f]{64}$/.test(told) || told === sha256(body);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
