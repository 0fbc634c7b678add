import type { Settings } from '../emulator/settings';
import type { Stage } from './runner';

/** Something that can happen to a landing zone. It throws where what should have happened did not. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly settings?: Partial<Settings>;
  play(stage: Stage): Promise<void>;
}
