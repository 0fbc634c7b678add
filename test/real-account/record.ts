/*
 * `npm run test:real:record`: writes down what CloudFormation sends and shows in a real account, beside what the embedded AWS does.
 *
 * Needs no source server, and touches nothing that is not its own. README.md says what it needs, costs and leaves.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { recordingAccount } from './real-account';
import { alternatives, recordEmbedded } from './record/embedded';
import { NOT_PLAYED, record, type Recorded } from './record/facts';
import { Recording } from './record/recording';
import { type AlternativeFacts, compare, settingResults, show } from './record/report';

const FILE = '.build/recording.json';

/** Deletes what was made, however it ends. */
async function recordAccount(stop: AbortSignal): Promise<{ readonly recorded: Recorded; readonly left: readonly string[] }> {
  const recording = new Recording({ poll: 3_000, quiet: 60_000, longest: 40 * 60_000 }, stop);
  const left: string[] = [];
  try {
    return { recorded: await record(recording), left };
  } finally {
    console.error('Deleting all of it …');
    left.push(...(await recording.cleanUp()));
    for (const line of left) console.error(line);
  }
}

async function alternativeFacts(): Promise<AlternativeFacts[]> {
  const all: AlternativeFacts[] = [];
  for (const alternative of alternatives) {
    all.push({ ...alternative, facts: await recordEmbedded({ [alternative.setting]: alternative.value }) });
  }
  return all;
}

function write(recorded: Recorded, report: object, accountId: string) {
  mkdirSync('.build', { recursive: true });
  const text = JSON.stringify({ recordedAt: new Date().toISOString(), ...report, records: recorded.records }, undefined, 2);
  writeFileSync(FILE, `${text.replaceAll(accountId, '111122223333')}\n`);
}

async function main() {
  const { accountId, region } = await recordingAccount().catch((error: Error) => {
    throw new Error(`Refused, and nothing was changed. ${error.message}`);
  });
  console.error(
    `Recording in account ${accountId}, Region ${region}: about twenty stacks, for up to half an hour. Ctrl-C ends it, and deletes them.`,
  );
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const { recorded, left } = await recordAccount(stop.signal);
  if (stop.signal.aborted) throw new Error('It was ended before all was recorded, so there is no report.');
  const { facts } = recorded;
  // Half an hour in a real account must not be lost, whatever comes of the comparison.
  write(recorded, { region, facts }, accountId);
  console.error('The same on the embedded AWS, with each value of its settings …');
  const embedded = await recordEmbedded();
  const others = await alternativeFacts();
  const rows = compare(facts, embedded, others);
  const settings = settingResults(facts, embedded, others);
  write(recorded, { region, settings, rows }, accountId);
  console.log(`${show(rows, settings)} All of it is in ${FILE}.`);
  const failed = facts.filter(({ question }) => question === NOT_PLAYED);
  for (const { case: name, answer } of failed) console.error(`The case ${name} ${NOT_PLAYED}: ${answer}`);
  process.exitCode = failed.length + left.length > 0 ? 1 : 0;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
