import type { Drs } from '../aws/drs';
import type { Options } from './options';
import type { NamedServer } from './source-server';

/** The teardown of one source server: what its steps share. */
export interface Teardown {
  readonly drs: Drs;
  readonly server: NamedServer;
  readonly options: Options;
  /** Keeps a record of what was done. */
  readonly note: (done: string, to: string) => void;
}
