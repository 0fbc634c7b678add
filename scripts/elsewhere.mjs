// What the checks share that need other versions than the tree has installed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command in the root of the tree, or in another folder; this program ends with it if it fails. */
export function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Exists until this program ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Installs packages outside of the tree. Returns the path of one of their files. */
export function installElsewhere(dependencies) {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], folder);
  return (...names) => path.join(folder, 'node_modules', ...names);
}

export function manifestOf(packageFolder) {
  return JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
}
