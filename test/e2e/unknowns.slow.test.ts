import { defaultSettings, type Settings } from '../../emulator/settings';
import { scenarios } from '../../scenarios';
import { FASTEST } from './play-scenarios';
import { type Play, scenario } from './unknown-plays';
import { cases } from './unknowns';
import { onStage } from './with-emulator';

const rows = Object.entries(cases).flatMap(([unknown, ofUnknown]) =>
  ofUnknown.flatMap(([value, ...plays]) => plays.map((play): [string, unknown, string, Play] => [unknown, value, play.name, play])),
);

/** `scenarios.test.ts` and `scenarios.slow.test.ts` play each scenario, with its own settings and else with what is likely. */
function isPlayedThere([unknown, value, , play]: (typeof rows)[number]): boolean {
  const settings: Settings = { ...defaultSettings, ...play.settings };
  return scenarios.some(({ name }) => name === play.name) && settings[unknown as keyof Settings] === value;
}

async function playWith(settings: Partial<Settings>, { settings: { speed = 60, ...own } = {}, play }: Play) {
  await onStage({ ...own, speed: Math.min(speed, FASTEST), ...settings }, play);
}

test.each(rows.filter((row) => !isPlayedThere(row)))('%s is %p: %s', (unknown, value, _what, play) => playWith({ [unknown]: value }, play));

test('one process of a function at a time: cancelled-create', () => playWith({ functionConcurrency: 1 }, scenario('cancelled-create')));
