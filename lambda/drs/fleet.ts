import { accountOfRole } from '../aws/assume-role';
import { REGION } from '../../lib/contract';
import { cut, Failure } from '../custom-resource/failure';
import type { Request } from '../custom-resource/request';
import { type Options, readOptions } from './options';
import { readSelection, type Selection } from './selection';

/** What a fleet disconnection stands for. */
export interface Fleet {
  readonly physicalId: string;
  readonly accountId: string;
  readonly region: string;
  readonly selection: Selection;
  readonly options: Options;
}

/** So many bytes of a selection are told, so that there is room for what became of it. */
const LONGEST_SELECTION = 300;

/** Whether a physical ID is that of a fleet. */
export function isFleet(physicalId: string): boolean {
  return /^drs:fleet:\d{12}:[a-z0-9-]+:[0-9a-f]{16}$/.test(physicalId);
}

/**
 * Reads what the properties stand for.
 *
 * @throws Failure if they can't be understood
 */
export function readFleet(request: Request, properties: Readonly<Record<string, unknown>>): Fleet {
  const options = readOptions(properties);
  const selection = readSelection(properties);
  const accountId = (options.assumeRoleArn && accountOfRole(options.assumeRoleArn)) ?? request.stack.accountId;
  const region = properties.Region;
  if (typeof region !== 'string' || !REGION.test(region)) {
    throw new Failure(`${JSON.stringify(region)} is not a Region, such as eu-central-1. Correct it and deploy again.`);
  }
  return { physicalId: `drs:fleet:${accountId}:${region}:${selection.hash}`, accountId, region, selection, options };
}

/** How messages name a fleet. */
export function nameOfFleet({ selection, accountId, region }: Fleet): string {
  return `${cut(selection.name, LONGEST_SELECTION)} (account ${accountId}, Region ${region})`;
}
