// The processes that this one has started, by whatever library, and that are still there.
'use strict';
const { subscribe } = require('node:diagnostics_channel');

/** Enough for a worker to end what it has started; then it hangs. In milliseconds. */
const GRACE = 5_000;

const running = new Set();
subscribe('child_process', ({ process: child }) => {
  running.add(child);
  child.once('exit', () => running.delete(child));
});

function end(child) {
  return new Promise((resolve) => {
    child.once('exit', resolve);
    if (!child.connected) return child.kill('SIGKILL');
    // Jest's workers, which hear of it: see environment.cjs.
    child.disconnect();
    setTimeout(() => child.kill('SIGKILL'), GRACE).unref();
  });
}

/** Resolves when all of them are gone. */
exports.endChildren = () => Promise.all([...running].filter(({ pid }) => pid !== undefined).map(end));
