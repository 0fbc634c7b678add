import { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request is not from a program that was told where we are, but from a web page; undefined if it isn't.
 * A page reaches this machine under a name of its own (DNS rebinding), and functions run as the developer.
 * A browser says where it comes from by a header that no page can take away, and no client of AWS sends.
 */
export function strangenessOf(headers: IncomingHttpHeaders, endpoint: string): string | undefined {
  // A client leaves out the port that is its protocol's, and so does this.
  const hosts = [endpoint, endpoint.replace('127.0.0.1', 'localhost')].map((url) => new URL(url).host);
  if (!hosts.includes(headers.host ?? '')) return `The embedded AWS is ${hosts.join(' or ')}: a request for another Host is refused.`;
  const browsers = ['origin', 'sec-fetch-site'].find((name) => headers[name] !== undefined);
  return browsers && `The embedded AWS serves no web pages: a request with the header ${browsers} is refused.`;
}
