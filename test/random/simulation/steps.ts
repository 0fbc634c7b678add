import type { FaultKind } from '../../../emulator/control/faults';
import type { Unknowns } from '../../../emulator/settings';
import type { RoleState } from './fixtures';
import type { ForgedUrl, Forgery } from './forgery';
import type { Death } from './invocation';
import type { StackSpec } from './templates';

export type StackName = 'A' | 'B';

export type OnFailure = 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';

/** What a recovery instance is; what is unknown, DRS does not tell. */
export type InstanceKind = 'drill' | 'recovery' | 'unknown';

/** What somebody does, or what goes wrong. */
export type Action =
  /** Creates the stack, or updates it. What could only be deleted is deleted first, as the CDK does. */
  | { readonly do: 'deploy'; readonly stack: StackName; readonly spec: StackSpec; readonly onFailure?: OnFailure; readonly express?: true }
  /** `how` counts where a deletion has failed before. */
  | { readonly do: 'delete'; readonly stack: StackName; readonly how?: 'retain' | 'force'; readonly express?: true }
  /** A year passes for a stack that stands: its events are not told any more. */
  | { readonly do: 'age'; readonly stack: StackName }
  | { readonly do: 'cancel update'; readonly stack: StackName }
  | { readonly do: 'continue rollback'; readonly stack: StackName; readonly skip?: boolean }
  | { readonly do: 'roll back'; readonly stack: StackName }
  /** Launches recovery instances of the server, as many as kinds are named. */
  | { readonly do: 'launch'; readonly server: number; readonly kinds: readonly InstanceKind[] }
  /** The newest recovery instance of the server begins to fail back, or ceases to. */
  | { readonly do: 'start failback' | 'stop failback'; readonly server: number }
  | { readonly do: 'end recovery'; readonly server: number }
  /** Terminates the machine of the newest recovery instance, in EC2. */
  | { readonly do: 'end machine'; readonly server: number }
  | { readonly do: 'disconnect by hand'; readonly server: number }
  | { readonly do: 'delete by hand'; readonly server: number }
  /** Gives the server other tags, by their index in `tagSets`. */
  | { readonly do: 'tag'; readonly server: number; readonly tags: number }
  | { readonly do: 'change role'; readonly role: number; readonly to: RoleState }
  /** Delivers a request to the function once more: 1 is the last one that was sent. */
  | { readonly do: 'deliver again'; readonly last: number }
  /** Invokes the function with a copy of a request that somebody has changed; what he takes from another request is of the one before it by so many. */
  | { readonly do: 'forge'; readonly last: number; readonly other: number; readonly change: Forgery; readonly url: ForgedUrl }
  | {
      readonly do: 'fail';
      readonly operation: string;
      readonly kind: FaultKind;
      readonly nth?: number;
      readonly times?: number;
      readonly delay?: number;
    }
  | ({ readonly do: 'kill' } & Death)
  | { readonly do: 'clear faults' }
  | { readonly do: 'nothing' };

/** `then` lets that many seconds pass; without it, everything comes to rest. */
export type Step = Action & { readonly then?: number };

export interface Sequence {
  /** What nobody knows of AWS, and what goes wrong there for good; what is absent is as is likely. */
  readonly settings: Partial<Unknowns>;
  /** Of latencies and pauses. */
  readonly seed: number;
  readonly steps: readonly Step[];
}
