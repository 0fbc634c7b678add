import { ec2Error, invalidParameter } from './errors';

const smallest = 5;
const largest = 1000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** The next items after those already given; a token names the last one given, so that deletions in between skip nothing. */
export function page<T>(items: readonly T[], idOf: (item: T) => string, size: number, token?: string): Page<T> {
  const last = token === undefined ? '' : decode(token);
  const rest = items.filter((item) => idOf(item) > last).sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
  const given = rest.slice(0, size);
  const lastGiven = given.at(-1);
  return { items: given, ...(lastGiven && given.length < rest.length && { nextToken: encode(idOf(lastGiven)) }) };
}

export function checkedPageSize(maxResults: string): number {
  const size = Number(maxResults);
  if (!Number.isInteger(size) || size > largest) {
    throw invalidParameter(
      `Value ( ${maxResults} ) for parameter maxResults is invalid. Expecting a value less than or equal to ${largest}.`,
    );
  }
  if (size < smallest) {
    throw invalidParameter(
      `Value ( ${maxResults} ) for parameter maxResults is invalid. Expecting a value greater than or equal to ${smallest}.`,
    );
  }
  return size;
}

const prefix = 'after:';

function encode(id: string): string {
  return Buffer.from(prefix + id).toString('base64');
}

function decode(token: string): string {
  const decoded = Buffer.from(token, 'base64').toString();
  if (!decoded.startsWith(prefix)) throw ec2Error('InvalidNextToken', 'The specified NextToken is not valid');
  return decoded.slice(prefix.length);
}
