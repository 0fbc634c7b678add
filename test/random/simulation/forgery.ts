import { randomUUID } from 'node:crypto';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { REGION } from '../../../lib/contract';
import { roles, servers } from './fixtures';

type Forge = (event: CustomResourceEvent, another: CustomResourceEvent) => object;

const inStack =
  (field: 'region' | 'account', value: string): Forge =>
  ({ StackId }) => ({ StackId: StackId.replace(field === 'region' ? /^((?:[^:]*:){3})[^:]*/ : /^((?:[^:]*:){4})[^:]*/, `$1${value}`) });

/** Not prevented yet, and said in docs/reliability.md: a limit, which a regression pins down. */
export const FORGED_SERVER = 'a forged request named a server of another stack, while its own stack was being deleted';

/** What somebody changes who copies a request. */
const CHANGES = {
  nothing: () => ({}),
  'a host for the Region': inStack('region', 'evil.example/'),
  'a host and a query for the Region': inStack('region', 'evil.example?x='),
  'another Region': inStack('region', 'us-west-2'),
  'another account': inStack('account', '444455556666'),
  'another stack of that name': ({ StackId }) => ({ StackId: StackId.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000') }),
  'the stack of another request': (_event, { StackId }) => ({ StackId }),
  'the function of another request': (_event, { ServiceToken }) => ({ ServiceToken }),
  'a Delete': () => ({ RequestType: 'Delete' }),
  'a Delete in the stack of another request': (_event, { StackId }) => ({ RequestType: 'Delete', StackId }),
  'no type of request': () => ({ RequestType: 'constructor' }),
  'no type of resource': () => ({ ResourceType: 'constructor' }),
  'the type of another request': (_event, { ResourceType }) => ({ ResourceType }),
  'another logical ID': () => ({ LogicalResourceId: 'Forged' }),
  'the logical ID of another request': (_event, { LogicalResourceId }) => ({ LogicalResourceId }),
  'a physical ID that can not be read': ({ PhysicalResourceId = 'arn:' }) => ({ PhysicalResourceId: `${PhysicalResourceId} ` }),
  'no physical ID': () => ({ PhysicalResourceId: undefined }),
  'no properties': () => ({ ResourceProperties: undefined, OldResourceProperties: undefined }),
  'the properties of another request': (_event, { ResourceProperties }) => ({ ResourceProperties }),
  'all for a selection': ({ ResourceProperties }) => ({ ResourceProperties: { ...ResourceProperties, Tags: undefined, All: 'true' } }),
  'the strongest options': ({ ResourceProperties }) => ({
    ResourceProperties: { ...ResourceProperties, RecoveryInstancePolicy: 'DISCONNECT', DeleteSourceServer: 'true' },
  }),
  'a role': ({ ResourceProperties }) => ({ ResourceProperties: { ...ResourceProperties, AssumeRoleArn: roles[0].arn } }),
  [FORGED_SERVER]: () => ({ RequestType: 'Delete', PhysicalResourceId: servers[2].arn }),
} satisfies Record<string, Forge>;

/** Where the answer is to go. Whoever knows where CloudFormation waits for it can answer himself, so that is not among it. */
const URLS = {
  'a bucket of his own': (known: string) => Object.assign(new URL(known), { pathname: '/forged' }).href,
  'a host of his own': () => 'https://evil.example/forged',
  'a machine of the network': () => 'https://printer.local/forged',
  nowhere: () => undefined,
};

export type Forgery = keyof typeof CHANGES;
export type ForgedUrl = keyof typeof URLS;
export const forgeries = (Object.keys(CHANGES) as Forgery[]).filter((change) => change !== FORGED_SERVER);
export const forgedUrls = Object.keys(URLS) as ForgedUrl[];

const FORGED = 'forged-';

/** A copy of a request that somebody has changed. */
export function forge(event: CustomResourceEvent, another: CustomResourceEvent, change: Forgery, url: ForgedUrl): CustomResourceEvent {
  const changed = CHANGES[change](event, another);
  return { ...event, ...changed, RequestId: `${FORGED}${randomUUID()}`, ResponseURL: URLS[url](event.ResponseURL) } as CustomResourceEvent;
}

export function isForged({ RequestId }: CustomResourceEvent): boolean {
  return RequestId.startsWith(FORGED);
}

/** A Region's name, which is no host. */
export function isRegion(text = ''): boolean {
  return REGION.test(text);
}
