// Preloaded into function processes when the embedded AWS runs faster than the wall clock: the handler, untouched, then lives in the same emulated time.
// Sockets' own timeouts, performance.now() and process.hrtime() stay on the wall clock.
'use strict';
const { syncBuiltinESMExports } = require('node:module');
const timers = require('node:timers');
const timersPromises = require('node:timers/promises');
const { promisify } = require('node:util');

const epoch = Number(process.env.EMULATED_TIME_EPOCH);
const speed = Number(process.env.EMULATED_TIME_SPEED);
delete process.env.EMULATED_TIME_EPOCH;
delete process.env.EMULATED_TIME_SPEED;

const wallClock = Date.now;
const now = () => Math.floor(epoch + (wallClock() - epoch) * speed);

const EmulatedDate = new Proxy(Date, {
  construct: (target, values, newTarget) => Reflect.construct(target, values.length > 0 ? values : [now()], newTarget),
  apply: (target) => new target(now()).toString(),
});
Date.now = now;
Date.prototype.constructor = EmulatedDate;
globalThis.Date = EmulatedDate;

for (const name of ['setTimeout', 'setInterval']) {
  const { [name]: callBack } = timers;
  const { [name]: promise } = timersPromises;
  const faster = (callback, delay, ...values) => callBack(callback, delay / speed, ...values);
  timersPromises[name] = (delay, ...rest) => promise(delay / speed, ...rest);
  if (name === 'setTimeout') faster[promisify.custom] = timersPromises[name];
  timers[name] = faster;
  globalThis[name] = faster;
}
const abortAfter = AbortSignal.timeout;
AbortSignal.timeout = (delay) => abortAfter.call(AbortSignal, delay / speed);
syncBuiltinESMExports();
