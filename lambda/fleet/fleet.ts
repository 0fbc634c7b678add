import { REGION } from '../../lib/contract';
import { cut, Failure } from '../aws/errors';
import { accountOfRole } from '../aws/role';
import { fleetIdOf } from '../physical-ids';
import type { Request } from '../protocol/request';
import { type DisconnectionOptions, readOptions, readRole } from '../source-server/options';
import type { SourceServerState } from '../source-server/source-server';
import { readSelection, type Selection } from './selection';

/** Which source servers a fleet disconnection stands for. */
interface Identity {
  readonly physicalId: string;
  readonly accountId: string;
  readonly region: string;
  readonly selection: Selection;
}

/** Where it is declared, and as what. */
type ResourceInput = Pick<Request, 'stack' | 'properties'>;

/** The same, and what becomes of them. */
export interface Fleet extends Identity {
  readonly options: DisconnectionOptions;
}

/** So many bytes of a selection are told, so that there is room for what became of it. */
const LONGEST_SELECTION = 300;

/**
 * Reads what the properties stand for.
 *
 * @throws Failure if they can't be understood
 */
export function readFleet(request: ResourceInput): Fleet {
  return { ...identify(request), options: readOptions(request.properties) };
}

/**
 * Reads which source servers the properties stand for, whatever else they say.
 *
 * @throws Failure if that can't be understood
 */
export function identify({ stack, properties }: ResourceInput): Identity {
  const roleArn = readRole(properties);
  const selection = readSelection(properties);
  const accountId = (roleArn && accountOfRole(roleArn)) ?? stack.accountId;
  const region = properties.Region;
  if (typeof region !== 'string' || !REGION.test(region)) {
    throw new Failure(`${JSON.stringify(region)} is not a Region, such as eu-central-1.`);
  }
  return { physicalId: fleetIdOf({ accountId, region, selectionHash: selection.hash }), accountId, region, selection };
}

/** How messages name a fleet. */
export function nameOfFleet({ selection, accountId, region }: Identity): string {
  return `${cut(selection.name, LONGEST_SELECTION)} (account ${accountId}, Region ${region})`;
}

/** What is disconnected, or replicates in another account, needs nothing, unless its record goes. */
export function needsWork(state: SourceServerState, { deletesSourceServer }: DisconnectionOptions): boolean {
  return state === 'replicating' || deletesSourceServer;
}
