import * as fs from 'node:fs';
import * as path from 'node:path';
import { Clock } from '../control/clock';

/** The arguments with which Node runs a function: the official runtime client, and what it needs preloaded. */
export function runtimeClientArguments(clock: Clock): string[] {
  const preloads = clock.speed === 1 ? ['rapid-client.cjs'] : ['rapid-client.cjs', 'time-lapse.cjs'];
  const folder = path.join(packageRoot(), 'emulator', 'lambda');
  return [...preloads.flatMap((file) => ['--require', path.join(folder, file)]), require.resolve('aws-lambda-ric')];
}

/** This file runs from its own folder in tests, and from a bundle in .build. */
function packageRoot(): string {
  let directory = __dirname;
  while (!fs.existsSync(path.join(directory, 'package.json'))) directory = path.dirname(directory);
  return directory;
}
