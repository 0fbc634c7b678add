import { buildArgv, runCLI } from 'jest';
import * as path from 'node:path';

/** What came of a test file. */
export interface Outcome {
  /** The first test that fails; none if all pass. */
  readonly failing?: string;
  /** Why the tests say nothing. */
  readonly problem?: string;
  /** In milliseconds. */
  readonly took: number;
  /** Whether the next file needs a new process: with each file, jest leaves some megabytes behind. */
  readonly isFull: boolean;
}

const FULL = 600_000_000;

/** Hangs only with a mutant: without it, no test takes two seconds. In milliseconds. */
const TEST_TIMEOUT = 20_000;

/** The work of a process that runs each test file that it is told, in the folder that it was started in, and never starts jest anew. */
export function serve(tell: (outcome: Outcome) => void) {
  process.on('message', (file: string) => void outcomeOf(file).then(tell));
  process.on('disconnect', () => process.exit());
}

async function outcomeOf(file: string): Promise<Outcome> {
  const start = Date.now();
  const told = await run(file).catch((error: unknown) => ({ problem: String(error) }));
  return { ...told, took: Date.now() - start, isFull: process.memoryUsage.rss() > FULL };
}

async function run(file: string): Promise<Pick<Outcome, 'failing' | 'problem'>> {
  const environment = path.resolve('test/mutants/first-failure.cjs');
  // The tier that a file belongs to by its name must not keep it out.
  const argv = await buildArgv([
    ...['--ci', '--runInBand', '--watchman=false', `--cacheDirectory=${path.resolve('.cache')}`],
    ...['--testMatch=**/*.test.ts', '--testPathIgnorePatterns=/node_modules/'],
    ...[`--testEnvironment=${environment}`, `--testTimeout=${TEST_TIMEOUT}`, '--runTestsByPath', file],
  ]);
  const { results } = await runCLI(argv, [process.cwd()]);
  const [result] = results.testResults;
  if (!result || result.testExecError || result.numPassingTests + result.numFailingTests === 0) {
    return { problem: `${file} could not run: ${result?.failureMessage ?? 'it has no tests'}` };
  }
  const failed = result.testResults.find(({ status }) => status === 'failed');
  const hangs = failed?.failureMessages.some((message) => message.includes('Exceeded timeout'));
  return { failing: failed && `${failed.fullName}${hangs ? ' (timed out)' : ''}` };
}
