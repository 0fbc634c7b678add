import { Timeline } from '../../scenarios/console';
import { Stage } from '../../scenarios/runner';
import { EmbeddedAws } from '../../emulator';
import { SourceServer, SourceServerDisconnection } from '../../lib';
import { type Case, type Measures, OURS } from '../case';
import { RATE, reportsOf, whatDrsSaw } from '../teardown';

const SERVERS = 480;
/** Emulated time runs so many times faster. */
const SPEED = 4;

/** Single disconnections know nothing of each other: what DRS refuses, each tries again by itself. */
export const stack: Case = {
  name: 'stack',
  about: `a stack of ${SERVERS} single disconnections is deleted, all at once, ten requests of DRS a second allowed`,
  runs: 2,
  warmUps: 0,
  prepare: () => Promise.resolve({ contestants: [{ name: OURS, group: `${SERVERS} single disconnections`, run: tearDown }] }),
};

async function tearDown(): Promise<Measures> {
  const aws = await EmbeddedAws.start({ speed: SPEED, functionConcurrency: 20 });
  try {
    const stage = new Stage(aws, new Timeline(aws, { write: () => true }));
    const ids = stage.seed(...Array.from({ length: SERVERS }, (_, index) => ({ sourceServerID: `s-${String(index).padStart(17, '0')}` })));
    await stage.deploy((declaring) => {
      for (const id of ids) {
        const sourceServer = SourceServer.fromSourceServerId(declaring, id, id);
        new SourceServerDisconnection(declaring, `Disconnection${id}`, { sourceServer });
      }
    });
    const before = stage.drsCalls().length;
    aws.faults.limit(RATE);
    const begun = aws.clock.now();
    await stage.destroy();
    const seconds = (aws.clock.now() - begun) / 1000;
    const peak = Math.max(...reportsOf(aws).map(({ megabytes }) => megabytes));
    return whatDrsSaw(stage.drsCalls().slice(before), { servers: SERVERS, needed: SERVERS, seconds, peak });
  } finally {
    await aws.stop();
  }
}
