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

/** Texts separated by commas, or a list of them. */
function asList(given: unknown, isItem: (item: string) => boolean = () => true): string[] | undefined {
  if (typeof given === 'string') {
    const named = given
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    // An empty text is mostly a variable that somebody forgot to set: never a list of none, which would disconnect what was in it.
    return named.length > 0 && named.every(isItem) ? named : undefined;
  }
  const isList = Array.isArray(given) && given.every((item) => typeof item === 'string' && item !== '' && isItem(item));
  return isList ? (given as string[]) : undefined;
}

/** KEY=VALUE separated by commas, or an object. */
function asTags(given: unknown): Record<string, string> | undefined {
  const pairs: unknown[][] =
    typeof given === 'string' ? given.split(',').map((pair) => splitOnce(pair)) : Object.entries(isObject(given) ? given : {});
  const isTag = ([key, value]: unknown[]) => typeof value === 'string' && value !== '' && key !== '';
  const isOnce = new Set(pairs.map(([key]) => key)).size === pairs.length;
  return pairs.length > 0 && isOnce && pairs.every(isTag) ? (Object.fromEntries(pairs) as Record<string, string>) : undefined;
}

function splitOnce(pair: string): string[] {
  const [key, ...value] = pair.split('=');
  return [key.trim(), value.join('=').trim()];
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function asBoolean(given: unknown): boolean | undefined {
  const isTrue = given === true || given === 'true';
  return isTrue || given === false || given === 'false' ? isTrue : undefined;
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
