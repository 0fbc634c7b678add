import { partition } from '../../defaults';
import { ServiceRequest } from '../../http/service';
import { XmlContent } from '../../http/xml';
import { Iam } from '../../iam/iam';
import { Engine } from '../engine';
import { validationError } from '../errors';
import { Stack } from '../stack';
import { QueryInput } from './query';

/** What the operations of the API work with. */
export interface Api {
  readonly engine: Engine;
  readonly iam: Iam;
  fetchTemplate(url: string): string;
}

/** One operation: its input as the query protocol has it, its result as XML. */
export type ApiOperation = (api: Api, input: QueryInput, request: ServiceRequest) => XmlContent;

export type ApiOperations = Readonly<Record<string, ApiOperation>>;

/** Pages of the API, and of its tokens. */
const pageSize = 100;

export function authorize(api: Api, request: ServiceRequest, action: string, resource: string): void {
  api.iam.authorize(request.caller, `cloudformation:${action}`, resource);
}

/** The stack that the caller names and may do this with. An unknown one is authorized too, by what its ARN would be. */
export function findStack(api: Api, request: ServiceRequest, action: string, nameOrId: string): Stack | undefined {
  const { accountId } = request.caller;
  const stack = api.engine.stacks.find(accountId, request.region, nameOrId);
  authorize(api, request, action, stack?.stackId ?? stackArn(nameOrId, accountId, request.region));
  return stack;
}

export function requireStack(
  api: Api,
  request: ServiceRequest,
  action: string,
  nameOrId: string,
  message = `Stack with id ${nameOrId} does not exist`,
): Stack {
  const stack = findStack(api, request, action, nameOrId);
  if (!stack) throw validationError(message);
  return stack;
}

/** A name may be anybody's ARN. */
export function stackArn(nameOrId: string, accountId: string, region: string): string {
  return nameOrId.startsWith('arn:') ? nameOrId : `arn:${partition}:cloudformation:${region}:${accountId}:stack/${nameOrId}/*`;
}

/** A page of a list that only grows at its end: the token says how many have been given. */
export function page<T>(items: readonly T[], token: string | undefined): { readonly items: readonly T[]; readonly nextToken?: string } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start)) throw validationError('Invalid NextToken');
  const end = start + pageSize;
  return { items: items.slice(start, end), ...(end < items.length && { nextToken: Buffer.from(String(end)).toString('base64url') }) };
}

export function members(items: readonly XmlContent[]): XmlContent {
  return { member: items };
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}
