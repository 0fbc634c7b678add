/*
 * `npm run test:mutants`: tests the tests. Puts one mistake at a time into a copy of the handler, for each row of docs/rules.md and each rule of the
 * protocol, and runs test/lambda on it until a test fails.
 *
 *   npm run test:mutants               all mutants
 *   npm run test:mutants -- WORDS      those whose name or row contains the words
 *
 * Exits with 0 only if every mutant is caught and every row has one. What caught each one is in .build/mutants.json, too.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { Likeliest } from './likeliest';
import { type ListedMutant, mismatches, mutants } from './list';
import { Progress } from './progress';
import { typeErrorsOf } from './types';
import { serve } from './warm-jest';
import { Workshop } from './workshop';

/** Whether a test caught the mutant. */
interface MutantResult {
  readonly mutant: ListedMutant;
  /** The test that fails; none if the mutant survives. */
  readonly caughtBy?: string;
  /** The command that runs this test. */
  readonly tier?: Tier;
  /** Why the tests say nothing of it. */
  readonly problem?: string;
}

type Tier = 'npm test' | 'npm run test:all';

const FOLDER = 'test/lambda';

const nameOf = (testFile: string) => testFile.slice(FOLDER.length + 1).replace('.test.ts', '');
const tierOf = (testFile: string): Tier => (testFile.endsWith('.slow.test.ts') ? 'npm run test:all' : 'npm test');

/** Works on the queue in all workshops at once. */
async function inAll<T>(workshops: readonly Workshop[], queue: readonly T[], work: (workshop: Workshop, one: T) => Promise<void>) {
  const waiting = queue.values();
  await Promise.all(
    workshops.map(async (workshop) => {
      for (const one of waiting) {
        await work(workshop, one);
      }
    }),
  );
}

/**
 * Runs each test file once without any mutant.
 *
 * @returns the files, the fastest first, and those of the slow tier last
 * @throws Error if any test fails
 */
async function checkTests(workshops: readonly Workshop[]): Promise<string[]> {
  const took = new Map<string, number>();
  const testFiles = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  await inAll(
    workshops,
    testFiles.map((file) => `${FOLDER}/${file}`),
    async (workshop, testFile) => {
      const outcome = await workshop.run(testFile);
      if (outcome.failing) {
        throw new Error(`A test fails without any mutant: ${nameOf(testFile)}: ${outcome.failing}`);
      }
      took.set(testFile, outcome.took + (tierOf(testFile) === 'npm test' ? 0 : Infinity));
    },
  );
  return [...took.keys()].sort((one, other) => (took.get(one) ?? 0) - (took.get(other) ?? 0));
}

async function tryAll(workshops: readonly Workshop[], chosen: readonly ListedMutant[]): Promise<MutantResult[]> {
  const likeliest = new Likeliest(await checkTests(workshops));
  const results = new Map<ListedMutant, MutantResult>();
  const progress = new Progress(chosen.length);
  await inAll(workshops, chosen, async (workshop, mutant) => {
    const result = await tryOne(workshop, mutant, likeliest);
    results.set(mutant, result);
    progress.tried(result.caughtBy ? undefined : lineOf(result));
  });
  progress.end();
  return chosen.flatMap((mutant) => results.get(mutant) ?? []);
}

async function tryOne(workshop: Workshop, mutant: ListedMutant, likeliest: Likeliest): Promise<MutantResult> {
  try {
    return await workshop.with(mutant, async () => {
      for (const testFile of likeliest.inOrderFor(mutant)) {
        const { failing } = await workshop.run(testFile);
        if (failing) {
          likeliest.learn(mutant, testFile);
          return { mutant, caughtBy: `${nameOf(testFile)}: ${failing}`, tier: tierOf(testFile) };
        }
      }
      return { mutant };
    });
  } catch (error) {
    return { mutant, problem: error instanceof Error ? error.message : String(error) };
  }
}

function lineOf({ mutant, caughtBy, tier, problem }: MutantResult): string {
  return `  ${mutant.name.padEnd(66)}  ${caughtBy ? `${tier}: ${caughtBy}` : (problem ?? 'SURVIVES')}`;
}

function print(results: readonly MutantResult[]) {
  results.forEach((result, index) => {
    const { row } = result.mutant;
    console.log(row === results[index - 1]?.mutant.row ? lineOf(result) : `\n${row}\n${lineOf(result)}`);
  });
  const caughtIn = (tier: Tier) => results.filter((result) => result.tier === tier).length;
  const [fast, slow] = [caughtIn('npm test'), caughtIn('npm run test:all')];
  console.log(
    `\n${results.length} mutants, ${fast + slow} caught (${fast} by \`npm test\`, ${slow} by \`npm run test:all\` only), ` +
      `${results.length - fast - slow} survive.`,
  );
}

async function main() {
  const words = process.argv.slice(2).join(' ');
  const chosen = mutants.filter(({ name, row }) => `${row} ${name}`.includes(words));
  const wrong = typeErrorsOf(chosen).flatMap((errors, index) =>
    errors.map((error) => `${chosen[index].row}: ${chosen[index].name}: ${error}`),
  );
  const problems = [...mismatches(), ...wrong];
  if (problems.length > 0 || chosen.length === 0) {
    throw new Error(problems.join('\n') || `No mutant is named '${words}'.`);
  }
  const workshops: Workshop[] = [];
  process.once('exit', () => workshops.forEach((workshop) => workshop.close()));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  Array.from({ length: availableParallelism() }, () => workshops.push(new Workshop()));
  const results = await tryAll(workshops, chosen);
  print(results);
  writeFileSync('.build/mutants.json', JSON.stringify(results, undefined, 2));
  process.exit(results.every(({ caughtBy }) => caughtBy) ? 0 : 1);
}

if (process.send) {
  serve((outcome) => process.send?.(outcome));
} else {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
