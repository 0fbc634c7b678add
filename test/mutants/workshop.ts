import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { applied, type Mutant } from './mutant';
import type { Outcome } from './warm-jest';

/** What the handler and its tests need. */
const PARTS = [
  'lambda',
  'lib',
  'test/lambda',
  'test/jest',
  'test/mutants/first-failure.cjs',
  'jest.config.js',
  'tsconfig.json',
  'package.json',
];

/** Longer than a test file takes many times over, in milliseconds: a mutant that never ends says nothing. */
const LIMIT = 90_000;

/** A copy of the handler and its tests, in which one mutant at a time is tried, and a process that runs the tests. */
export class Workshop {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-mutants-'));
  private jest?: ChildProcess;

  constructor() {
    PARTS.forEach((part) => cpSync(part, path.join(this.folder, part), { recursive: true }));
    symlinkSync(path.resolve('node_modules'), path.join(this.folder, 'node_modules'));
  }

  /** Does the work while the mutant is in the handler. */
  async with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const file = path.join(this.folder, 'lambda', mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, applied(mutant, source));
    try {
      return await work();
    } finally {
      writeFileSync(file, source);
    }
  }

  /**
   * Runs a test file on the handler as it is.
   *
   * @throws Error if the tests say nothing
   */
  async run(testFile: string): Promise<Outcome> {
    const jest = (this.jest ??= this.start());
    const limit = setTimeout(() => jest.kill('SIGKILL'), LIMIT);
    try {
      const outcome = await new Promise<Outcome>((resolve, reject) => {
        jest.once('message', resolve).once('exit', () => {
          this.jest = undefined;
          reject(new Error(`${testFile} did not end.`));
        });
        jest.send(testFile);
      });
      if (outcome.isFull) {
        this.stop();
      }
      if (outcome.problem) {
        throw new Error(outcome.problem);
      }
      return outcome;
    } finally {
      clearTimeout(limit);
      jest.removeAllListeners('message').removeAllListeners('exit');
    }
  }

  /** This program again, which serves if it is a child. */
  private start(): ChildProcess {
    // What a process leaves behind goes with the folder.
    const env = { ...process.env, NODE_ENV: 'test', TMPDIR: this.folder, TEMP: this.folder, TMP: this.folder };
    return fork(process.argv[1], [], { cwd: this.folder, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env });
  }

  private stop() {
    this.jest?.kill('SIGKILL');
    this.jest = undefined;
  }

  close() {
    this.stop();
    // A process that was killed may write a moment longer.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
