import { isIP } from 'node:net';
import { domainOf } from '../aws/region';

/** Where the answer to a request is sent. */
export interface ResponseUrl {
  readonly url: URL;
  /** The domain that it is not under, although all of AWS in this partition is. */
  readonly outsideOf?: string;
  /** Whether the domain of the partition is not known, so that it could not be checked. */
  readonly isUnchecked: boolean;
}

const LONGEST_HOST = 253;
const LABELS = /^([^.]{1,63}\.)+[^.]{1,63}$/;

/** Names that a network gives to its own machines. */
const LOCAL_NAME = /(^|\.)(localhost|localdomain|local|internal|intranet|private|lan|home|corp|arpa)$/;

/**
 * Reads where to send the answer.
 *
 * @throws Error without the URL, which is a credential, if nothing may be sent there
 */
export function readResponseUrl(value: unknown, partition: string): ResponseUrl {
  if (typeof value !== 'string' || !URL.canParse(value)) {
    throw new Error('The request was refused, and not answered: it has no response URL.');
  }
  const url = new URL(value);
  const host = url.hostname.replace(/\.$/, '');
  const isOwn = host === emulatedHost();
  if (url.protocol !== 'https:' || !(isOwn || isPublic(host)) || !isPlain(url, isOwn)) {
    throw new Error('The request was refused, and not answered: its response URL is not an https URL of a public host.');
  }
  const domain = domainOf(partition);
  const isInside = isOwn || domain === undefined || host.endsWith(`.${domain}`);
  return { url, outsideOf: isInside ? undefined : domain, isUnchecked: !isOwn && domain === undefined };
}

/** An AWS that is embedded in tests is where the function's environment says. */
function emulatedHost(): string | undefined {
  const { AWS_ENDPOINT_URL: endpoint = '' } = process.env;
  return URL.canParse(endpoint) ? new URL(endpoint).hostname : undefined;
}

/** A host of the public: a name of several labels, as DNS has them. */
function isPublic(host: string): boolean {
  return host.length <= LONGEST_HOST && LABELS.test(host) && isIP(host) === 0 && !LOCAL_NAME.test(host);
}

/** Without a user or a port: S3 has neither, and an odd one would be found out only when the work is done. */
function isPlain({ username, password, port }: URL, isOwn: boolean): boolean {
  return username === '' && password === '' && (isOwn || port === '');
}
