/*
 * `npm run test:soak`: plays many more sequences than the other tests, on every core, and goes on after a violation.
 *
 *   SEQUENCES=10000   how many
 *   SEED=20261123     which ones
 *
 * Exits with 0 only if what it finds is what known-violations.ts lists.
 */
import { availableParallelism } from 'node:os';
import { SEED } from '../check';
import { compare } from './compare';
import { known } from './known-violations';
import { playOnEveryCore } from './pool';

const SEQUENCES = Number(process.env.SEQUENCES ?? 10_000);

async function main() {
  if (!Number.isInteger(SEQUENCES) || SEQUENCES < 1) {
    throw new Error(`SEQUENCES must be a whole number of at least 1, but is '${process.env.SEQUENCES}'.`);
  }
  const ofEachKind = Math.ceil(SEQUENCES / 2);
  console.log(`SEED=${SEED} SEQUENCES=${2 * ofEachKind}, on ${availableParallelism()} cores`);
  const findings = await playOnEveryCore(SEED, ofEachKind);
  const { text, isAsKnown } = compare(findings, known, SEED, ofEachKind);
  console.log(text);
  process.exitCode = isAsKnown ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
