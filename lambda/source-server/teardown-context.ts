import type { Message, Told } from '../aws/message';
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
  /** Whose disconnect DRS has accepted: they are looked at, not asked again. */
  readonly accepted?: Set<string>;
  /** Keeps a record of what was done. */
  readonly note: (done: string, to: Told) => void;
  readonly openCleanup: OpenCleanup;
}

/** Ends, step by step, what recovery instances hold of a source server. */
export interface Cleanup {
  /** What DRS last said to a step that will be tried again. */
  readonly refusal?: Message;
  /**
   * Returns whether something was ended.
   *
   * @throws Failure if the policy leaves alone what holds the server
   */
  step(): Promise<boolean>;
}

/** Few teardowns need one, so its code is loaded when one does. */
export type OpenCleanup = (teardown: Teardown) => Promise<Cleanup>;
