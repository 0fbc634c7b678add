/*
 * `npm run test:mutants`: tests the tests. Puts one mistake at a time into a copy of the handler, for each row of docs/rules.md and each rule of the
 * protocol, and runs test/lambda on it.
 *
 *   npm run test:mutants               all mutants
 *   npm run test:mutants -- WORDS      those whose name or row contains the words
 *
 * Exits with 0 only if every mutant is caught and every row has one.
 */
import { type ListedMutant, mismatches, mutants } from './list';
import { typeErrorsOf } from './types';
import { Workshop } from './workshop';

interface Verdict {
  readonly mutant: ListedMutant;
  /** The tests that fail; none if the mutant survives. */
  readonly caughtBy: readonly string[];
  /** Why the tests say nothing of it. */
  readonly problem?: string;
}

const AT_ONCE = 2;

async function tryAll(chosen: readonly ListedMutant[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const waiting = [...chosen];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const workshop = new Workshop();
      try {
        const failing = await workshop.failingTests();
        if (failing.length > 0) {
          throw new Error(`The tests fail without any mutant: ${failing.join('; ')}`);
        }
        for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
          const verdict = await tryOne(workshop, mutant);
          verdicts.push(verdict);
          process.stderr.write(isCaught(verdict) ? '.' : 'S');
        }
      } finally {
        workshop.close();
      }
    }),
  );
  process.stderr.write('\n');
  return verdicts.sort((one, other) => chosen.indexOf(one.mutant) - chosen.indexOf(other.mutant));
}

async function tryOne(workshop: Workshop, mutant: ListedMutant): Promise<Verdict> {
  try {
    return { mutant, caughtBy: await workshop.try(mutant) };
  } catch (error) {
    return { mutant, caughtBy: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

const isCaught = ({ caughtBy }: Verdict) => caughtBy.length > 0;

function print(verdicts: readonly Verdict[]) {
  verdicts.forEach(({ mutant, caughtBy, problem }, index) => {
    if (mutant.row !== verdicts[index - 1]?.mutant.row) {
      console.log(`\n${mutant.row}`);
    }
    const [first = problem ?? 'SURVIVES', ...others] = caughtBy;
    console.log(`  ${mutant.name.padEnd(66)}  ${first}${others.length > 0 ? ` (+${others.length})` : ''}`);
  });
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
  const verdicts = await tryAll(chosen);
  print(verdicts);
  const survivors = verdicts.filter((verdict) => !isCaught(verdict)).length;
  console.log(`\n${verdicts.length} mutants, ${verdicts.length - survivors} caught, ${survivors} survive.`);
  process.exitCode = survivors > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
