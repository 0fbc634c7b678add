import { EmbeddedAws } from '../../../emulator';
import { type Settings, unknowns } from '../../../emulator/settings';
import { type Fact, record } from './facts';
import { Recording } from './recording';

/** The settings of which a recording can tell the value: what they do shows without any source server. */
export const RECORDED = ['lastOperations', 'deletionReason', 'cleanUpListing', 'nestedCleanUp', 'failedDeletion'] as const;

export interface Alternative {
  readonly setting: (typeof RECORDED)[number];
  readonly value: string;
}

/** Each value of each of them but the likely one, which the embedded AWS has unless told. */
export const alternatives: readonly Alternative[] = RECORDED.flatMap((setting) =>
  unknowns[setting].values.filter((value) => value !== unknowns[setting].likely).map((value) => ({ setting, value })),
);

/** Runs something on an embedded AWS, to which the environment leads meanwhile. */
export async function onEmbeddedAws<T>(
  settings: Partial<Settings>,
  run: (recording: Recording, aws: EmbeddedAws, stop: AbortController) => Promise<T>,
): Promise<T> {
  // Two siblings wait for what one process more must do.
  const aws = await EmbeddedAws.start({ speed: 20, functionConcurrency: 4, ...settings });
  const before = process.env;
  const { PATH } = before;
  process.env = { PATH, ...aws.environment };
  try {
    const stop = new AbortController();
    return await run(new Recording({ poll: 250, quiet: 0, longest: 60_000 }, stop.signal), aws, stop);
  } finally {
    process.env = before;
    await aws.stop();
  }
}

/** What the recording tells of the embedded AWS. */
export function recordEmbedded(settings: Partial<Settings> = {}): Promise<readonly Fact[]> {
  return onEmbeddedAws(settings, async (recording) => (await record(recording)).facts);
}
