import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Case } from './case';
import { bundle } from './cases/bundle';
import { cold } from './cases/cold';
import { fleet } from './cases/fleet';
import { stack } from './cases/stack';
import { start } from './cases/start';
import { synth } from './cases/synth';
import { publish } from './document';
import { measure, type Result } from './measure';
import { ROOT } from './paths';
import { table } from './table';

/** Add a case here. */
const CASES: readonly Case[] = [cold, bundle, synth, fleet, stack, start];

const RESULTS = path.join(ROOT, '.build', 'bench');

/*
 *   npm run bench                      all cases
 *   npm run bench -- NAME…             some of them
 *   npm run bench -- --publish NAME…   … and their results become those of docs/benchmarks.md
 */
async function main(words: readonly string[]): Promise<void> {
  const names = words.filter((word) => word !== '--publish');
  const unknown = names.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no case ${unknown.join(', ')}. There are:\n${CASES.map(({ name, about }) => `  ${name}: ${about}`).join('\n')}`,
    );
  }
  const results: Result[] = [];
  for (const one of CASES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const result = await run(one);
    fs.mkdirSync(RESULTS, { recursive: true });
    fs.writeFileSync(path.join(RESULTS, `${one.name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
    process.stdout.write(`${table(result)}\n`);
    results.push(result);
  }
  await (words.includes('--publish') ? publish(results) : undefined);
}

async function run(one: Case): Promise<Result> {
  const tell = (round: number, of: number) => process.stderr.write(`\r${one.name}: round ${round} of ${of} `);
  const rows = await measure(one, tell);
  process.stderr.write('\r\x1b[K');
  const processor = os.cpus()[0]?.model ?? 'unknown';
  return { case: one.name, about: one.about, date: new Date().toISOString(), node: process.version, processor, rows };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
