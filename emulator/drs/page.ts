import { invalid } from './errors';

const defaultPageSize = 25;

export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** The next items after those already given; a token names the last one given, so that deletions in between skip nothing. */
export function page<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): { items: T[]; nextToken?: string } {
  const last = request.nextToken === undefined ? '' : decode(request.nextToken);
  const rest = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > last)
    .sort((one, other) => (one.key < other.key ? -1 : 1));
  const given = rest.slice(0, request.maxResults ?? defaultPageSize);
  const lastGiven = given[given.length - 1];
  return {
    items: given.map(({ item }) => item),
    ...(lastGiven && given.length < rest.length && { nextToken: encode(lastGiven.key) }),
  };
}

const prefix = 'after:';

function encode(key: string): string {
  return Buffer.from(prefix + key).toString('base64');
}

function decode(token: string): string {
  const decoded = Buffer.from(token, 'base64').toString();
  if (!decoded.startsWith(prefix)) throw invalid('Invalid nextToken.');
  return decoded.slice(prefix.length);
}
