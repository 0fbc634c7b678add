// The environment of a test file. Unlike the file itself it meets the process as it is, and that is what this is for: a worker ends with Jest, not after it.
'use strict';
const { TestEnvironment } = require('jest-environment-node');
const { endChildren } = require('./children.cjs');

/** What a worker exits with that was told to: Jest would replace it otherwise. */
const TOLD_TO_END = 143;

if (process.send) {
  let ending;
  const end = () => (ending ??= endChildren().finally(() => process.exit(TOLD_TO_END)));
  ['disconnect', 'SIGHUP', 'SIGINT', 'SIGTERM'].forEach((event) => process.on(event, end));
  // Jest has no more work for the process. Who listens to `disconnect` would keep it.
  process.on('removeListener', (event) => event === 'message' && process.removeListener('disconnect', end));
}

module.exports = TestEnvironment;
