import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Case, Measures } from '../case';
import { ROOT } from '../paths';

/** What a newcomer waits for, and the synthesis in it. */
export const start: Case = {
  name: 'start',
  about: '`npm start`, from the command to its end, and what it takes to synthesize the same landing zone',
  runs: 3,
  warmUps: 0,
  prepare: () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-start-'));
    const synthesis = (check: string) => ({
      CDK_VALIDATION: check,
      CDK_OUTDIR: directory,
      CDK_DEFAULT_ACCOUNT: '111122223333',
      CDK_DEFAULT_REGION: 'eu-central-1',
      CDK_CONTEXT_JSON: JSON.stringify({
        'availability-zones:account=111122223333:region=eu-central-1': ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      }),
    });
    const app = path.join('.build', 'landing-zone.js');
    return Promise.resolve({
      contestants: [
        { name: 'npm start', run: () => time('npm', ['start']) },
        {
          name: 'node .build/landing-zone.js, the synthesis as in npm start',
          run: () => time(process.execPath, [app], synthesis('false')),
        },
        {
          name: "the same with aws-cdk-lib's own check of the template, as in cdk synth",
          run: () => time(process.execPath, [app], synthesis('true')),
        },
      ],
      stop: () => fs.promises.rm(directory, { recursive: true }),
    });
  },
};

async function time(command: string, words: readonly string[], more: Record<string, string> = {}): Promise<Measures> {
  const begun = performance.now();
  const child = spawn(command, words, { cwd: ROOT, env: { ...process.env, ...more }, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) {
    throw new Error(`${command} ${words.join(' ')} ended with ${String(code)}.`);
  }
  return { s: (performance.now() - begun) / 1000 };
}
