// Jest's global setup: a run has a temporary folder of its own, and leaves neither that nor a process behind, however it ends.
'use strict';
const { mkdtempSync, rmSync } = require('node:fs');
const { constants, tmpdir } = require('node:os');
const path = require('node:path');
const { endChildren } = require('./children.cjs');

let folder;

module.exports = () => {
  // Watching, Jest calls this before each run.
  if (folder) return;
  folder = mkdtempSync(path.join(tmpdir(), 'cdk-drs-test-'));
  // One of them is what tmpdir() looks at, here and in all processes to come.
  ['TMPDIR', 'TEMP', 'TMP'].forEach((name) => (process.env[name] = folder));

  // Not in a global teardown, which Jest leaves out after --bail, and when it stops watching.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  let ending;
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
    // A terminal's Ctrl-C comes twice, the second time from npm.
    process.on(signal, () => (ending ??= endChildren().finally(() => process.exit(128 + constants.signals[signal]))));
  }
};
