import type { Node } from 'constructs';
import type { LandingZoneOptions } from './landing-zone';

/**
 * What the context says; what it doesn't say is by default.
 *
 * @throws if a value is not what it must be, in one line
 */
export function readContext(node: Node): LandingZoneOptions {
  const read = <T>(key: keyof LandingZoneOptions, parse: (given: unknown) => T | undefined, expected: string): T | undefined => {
    const given: unknown = node.tryGetContext(key);
    if (given === undefined || given === null) {
      return undefined;
    }
    const value = parse(given);
    if (value === undefined) {
      throw new Error(`The context '${key}' is ${JSON.stringify(given)}, but must be ${expected}.`);
    }
    return value;
  };
  const ids = read('sourceServerIds', asList, 'IDs separated by commas, such as s-1234567890abcdef0,s-1234567890abcdef1');
  refuseTwice(ids ?? []);
  return {
    sourceServerIds: ids,
    fleetTags: read('fleetTags', asTags, 'tags such as landing-zone=payments,stage=production'),
    vpcCidr: read('vpcCidr', asVpcCidr, 'an address range such as 10.255.0.0/22, between /16 and /27'),
    sourceCidrs: read('sourceCidrs', (given) => asList(given, isCidr), 'address ranges separated by commas, such as 192.168.0.0/16'),
    defaultSettings: read('defaultSettings', asBoolean, 'true or false'),
    alarmEmail: read('alarmEmail', asEmail, 'an e-mail address'),
    terminationProtection: read('terminationProtection', asBoolean, 'true or false'),
  };
}

function refuseTwice(ids: readonly string[]) {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new Error(`The context 'sourceServerIds' names ${twice} twice.`);
  }
}

/** An empty text is mostly a variable that somebody forgot to set: never a list of none, which would disconnect what was in it. */
function asList(given: unknown, isItem: (item: string) => boolean = () => true): string[] | undefined {
  const items: unknown[] = typeof given === 'string' ? given.split(',').filter((item) => item.trim() !== '') : asArray(given);
  const texts = items.map((item) => (typeof item === 'string' ? item.trim() : ''));
  const isGiven = texts.length > 0 || Array.isArray(given);
  return isGiven && texts.every((text) => text !== '' && isItem(text)) ? texts : undefined;
}

function asArray(given: unknown): unknown[] {
  return Array.isArray(given) ? given : [undefined];
}

function asTags(given: unknown): Record<string, string> | undefined {
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const pairs = isObject ? Object.entries(given) : asList(given)?.map((pair) => pair.split(/=(.*)/s, 2));
  const tags = pairs?.map(([key, value]) => [String(key).trim(), typeof value === 'string' ? value.trim() : ''] as const) ?? [];
  const isOnce = new Set(tags.map(([key]) => key)).size === tags.length;
  return tags.length > 0 && isOnce && tags.every((tag) => !tag.includes('')) ? Object.fromEntries(tags) : undefined;
}

function asBoolean(given: unknown): boolean | undefined {
  return new Map<unknown, boolean>([true, false].flatMap((value) => [[value, value] as const, [String(value), value] as const])).get(given);
}

function asVpcCidr(given: unknown): string | undefined {
  const size = isCidr(given) ? Number(given.split('/')[1]) : 0;
  // Two subnets share it, and a subnet has at least a /28.
  return size >= 16 && size <= 27 ? String(given) : undefined;
}

function isCidr(given: unknown): given is string {
  const [, address = '', size = ''] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(String(given)) ?? [];
  return typeof given === 'string' && address !== '' && address.split('.').every((byte) => Number(byte) <= 255) && Number(size) <= 32;
}

function asEmail(given: unknown): string | undefined {
  return typeof given === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? given : undefined;
}
