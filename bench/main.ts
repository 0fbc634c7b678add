import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Case } from './case';
import { cold } from './cases/cold';
import { measure, type Result } from './measure';
import { table } from './table';

/** Add a case here. */
const CASES: readonly Case[] = [cold];

/** This file runs from .build. */
const RESULTS = path.join(__dirname, 'bench');

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !CASES.some((one) => one.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no case ${unknown.join(', ')}: there are\n${CASES.map(({ name, about }) => `  ${name}  ${about}`).join('\n')}`,
    );
  }
  for (const one of CASES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const result = await run(one);
    fs.mkdirSync(RESULTS, { recursive: true });
    fs.writeFileSync(path.join(RESULTS, `${one.name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
    process.stdout.write(`${table(result)}\n`);
  }
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
