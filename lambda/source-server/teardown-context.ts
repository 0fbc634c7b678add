import type { Told } from '../aws/message';
import type { Drs } from '../aws/drs';
import type { NamedServer } from '../physical-ids';
import type { DisconnectionOptions } from './options';

/** The teardown of one source server: what its steps share. */
export interface Teardown {
  readonly drs: Drs;
  readonly server: NamedServer;
  readonly options: DisconnectionOptions;
  /** Looks again whether the server is meant, before anything is done after a pause; throws if it is not. */
  readonly confirm?: () => Promise<void>;
  /** Keeps a record of what was done. */
  readonly note: (done: string, to: Told) => void;
}
