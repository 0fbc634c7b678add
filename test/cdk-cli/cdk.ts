import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const CLI = path.resolve('node_modules', 'aws-cdk', 'bin', 'cdk');

/** What a command left behind: its exit code, and all that an operator saw of it. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** A directory in which an operator types: the CDK CLI keeps what it looks up there, and its output. */
export class Project {
  private readonly directory = mkdtempSync(path.join(tmpdir(), 'cdk-drs-project-'));

  constructor() {
    const settings = JSON.parse(readFileSync('cdk.json', 'utf8')) as object;
    // As cdk.json has it, but from another directory, and built already.
    const app = `${process.execPath} ${path.resolve('.build', 'landing-zone.js')}`;
    writeFileSync(path.join(this.directory, 'cdk.json'), JSON.stringify({ ...settings, app }));
  }

  /** Types `cdk …`, in the environment of this process. */
  async cdk(...words: string[]): Promise<Outcome> {
    const env = {
      ...process.env,
      CDK_HOME: this.directory,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      NODE_NO_WARNINGS: '1',
    };
    const child = spawn(process.execPath, [CLI, ...words, '--no-notices'], { cwd: this.directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = `$ cdk ${words.join(' ')}\n`;
    const read = (chunk: string) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    return { code, output };
  }

  remove() {
    rmSync(this.directory, { recursive: true });
  }
}
