import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { applied, type Mutant } from './mutant';

/** What the handler and its tests need. */
const PARTS = [
  'lambda',
  'lib',
  'test/lambda',
  'test/clean-run',
  'test/no-template-check.cjs',
  'jest.config.js',
  'tsconfig.json',
  'package.json',
];

/** Longer than the tests take many times over, in milliseconds: a mutant that never ends says nothing. */
const LIMIT = 180_000;

/** A copy of the handler and its tests, in which one mutant at a time is tried. */
export class Workshop {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-mutants-'));

  constructor() {
    PARTS.forEach((part) => cpSync(part, path.join(this.folder, part), { recursive: true }));
    symlinkSync(path.resolve('node_modules'), path.join(this.folder, 'node_modules'));
  }

  /** The tests that fail with the mutant; none if it survives. */
  async try(mutant: Mutant): Promise<string[]> {
    const file = path.join(this.folder, 'lambda', mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, applied(mutant, source));
    try {
      return await this.failingTests();
    } finally {
      writeFileSync(file, source);
    }
  }

  /** The tests that fail as things are, in the first file in which any does. */
  async failingTests(): Promise<string[]> {
    const jest = path.join('node_modules', 'jest', 'bin', 'jest.js');
    const child = spawn(process.execPath, [jest, 'test/lambda', '--ci', '--bail', '--runInBand'], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
      timeout: LIMIT,
      killSignal: 'SIGKILL',
    });
    // Jest reports on stderr. With --bail it ends before it would write its results as JSON.
    let report = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (report += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const file = /^FAIL \S*\/(\S+)\.test\.ts/m.exec(report)?.[1];
    const names = Array.from(report.matchAll(/^ {2}● (.+)$/gm), ([, name]) => `${file}: ${name}`);
    if (code === null || (code !== 0 && names.length === 0) || report.includes('Test suite failed to run')) {
      throw new Error(code === null ? 'The tests did not end.' : `The tests could not run: ${report}`);
    }
    return names;
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
