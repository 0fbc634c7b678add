import { EmbeddedAws } from '../../emulator';
import type { Settings } from '../../emulator/settings';
import { Stage } from '../../scenarios/runner';
import { Timeline } from '../../scenarios/console';

/** Plays on the embedded AWS, sixty times faster than on AWS, and without showing anything. */
export async function onStage(settings: Partial<Settings>, play: (stage: Stage) => Promise<void>): Promise<void> {
  const aws = await EmbeddedAws.start({ speed: 60, ...settings });
  try {
    await play(new Stage(aws, new Timeline(aws, { write: () => true })));
  } finally {
    await aws.stop();
  }
}
