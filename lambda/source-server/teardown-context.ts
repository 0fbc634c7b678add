import type { Told } from '../aws/message';
import type { Drs } from '../aws/drs';
import type { NamedServer } from '../physical-ids';
import type { DisconnectionOptions } from './options';

/** The teardown of one source server: what its steps share. */
export interface Teardown {
  readonly drs: Drs;
  readonly server: NamedServer;
  readonly options: DisconnectionOptions;
  /** Keeps a record of what was done. */
  readonly note: (done: string, to: Told) => void;
}
