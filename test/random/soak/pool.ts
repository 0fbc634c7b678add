import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import * as path from 'node:path';
import type { Finding } from '../finding';
import type { Stretch } from '../search';
import { KINDS } from '../sequences';
import { Progress } from './progress';

/** So many sequences a process plays before it gets more. */
const STRETCH = 25;

/** Plays so many sequences of each kind, and says how far it is meanwhile. */
export async function playOnEveryCore(seed: number, ofEachKind: number): Promise<Finding[]> {
  const waiting = stretches(seed, ofEachKind);
  const progress = new Progress(2 * ofEachKind);
  const findings: Finding[] = [];
  const workers = Array.from({ length: availableParallelism() }, () => fork(path.join(__dirname, 'soak-worker.js')));
  const employ = async (worker: ChildProcess) => {
    for (let stretch = waiting.shift(); stretch; stretch = waiting.shift()) {
      worker.send(stretch);
      findings.push(...(await answerOf(worker)));
      progress.played(stretch.count, findings.length);
    }
  };
  try {
    await Promise.all(workers.map(employ));
  } finally {
    workers.forEach((worker) => worker.kill());
  }
  return findings;
}

function stretches(seed: number, ofEachKind: number): Stretch[] {
  const starts = Array.from({ length: Math.ceil(ofEachKind / STRETCH) }, (_, index) => index * STRETCH);
  return starts.flatMap((from) => KINDS.map((kind) => ({ kind, seed, from, count: Math.min(STRETCH, ofEachKind - from) })));
}

/** @throws Error if the process ends before it answers */
async function answerOf(worker: ChildProcess): Promise<Finding[]> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(worker, 'exit', { signal }).then(([code, killedBy]) => {
    throw new Error(`A process of the soak has ended (${String(killedBy ?? code)}).`);
  });
  try {
    const [findings] = (await Promise.race([once(worker, 'message', { signal }), ended])) as [Finding[]];
    return findings;
  } finally {
    listening.abort();
  }
}
