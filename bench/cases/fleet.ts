import { Timeline } from '../../scenarios/console';
import { Stage } from '../../scenarios/runner';
import { EmbeddedAws } from '../../emulator';
import { FleetDisconnection, SourceServerSelection, TeardownFunction } from '../../lib';
import { type Case, type Measures, OURS } from '../case';
import { RATE, reportsOf, whatDrsSaw } from '../teardown';

/** Emulated time runs so many times faster. */
const SPEED = 10;
const TAGS = { fleet: 'ours' };
const PAGE = 25;

/** How many servers have the tags, and how many there are. */
const FLEETS: readonly (readonly [number, number])[] = [
  [10, 10],
  [100, 100],
  [300, 300],
  [1_000, 1_000],
  [300, 4_000],
];

/** Fleets of which DRS takes ten requests a second. */
export const fleet: Case = {
  name: 'fleet',
  about: 'a fleet is disconnected by one run of the function, ten requests of DRS a second allowed',
  runs: 2,
  warmUps: 0,
  prepare: () =>
    Promise.resolve({
      contestants: FLEETS.map(([servers, listed]) => ({
        name: OURS,
        group: nameOf(servers, listed),
        run: () => tearDown(servers, listed),
      })),
    }),
};

function nameOf(servers: number, listed: number): string {
  const many = (count: number) => count.toLocaleString('en-US');
  return listed === servers ? `${many(servers)} servers` : `${many(servers)} of ${many(listed)} servers`;
}

async function tearDown(servers: number, listed: number): Promise<Measures> {
  const aws = await EmbeddedAws.start({ speed: SPEED });
  try {
    const stage = new Stage(aws, new Timeline(aws, { write: () => true }));
    for (let index = 0; index < listed; index++) {
      const isOurs = index % Math.floor(listed / servers) === 0 && index < servers * Math.floor(listed / servers);
      stage.seed({ sourceServerID: `s-${String(index).padStart(17, '0')}`, tags: isOurs ? TAGS : {} });
    }
    // In a stack that keeps its function: Lambda reports no run of a function that is deleted meanwhile.
    await stage.deploy((stack) => {
      const teardownFunction = new TeardownFunction(stack, 'Teardown');
      new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags(TAGS), teardownFunction });
    });
    const before = stage.drsCalls().length;
    aws.faults.limit(RATE);
    await stage.deploy((stack) => void new TeardownFunction(stack, 'Teardown'), 'UPDATE_COMPLETE');
    // CloudFormation has the answers a moment before.
    await stage.until('both runs were reported', () => reportsOf(aws).length === 2);
    const { seconds, megabytes } = reportsOf(aws)[1];
    // Listed to find them, and twice more to see that none is left.
    const needed = servers + 3 * Math.ceil(listed / PAGE);
    return whatDrsSaw(stage.drsCalls().slice(before), { servers, needed, seconds, peak: megabytes });
  } finally {
    await aws.stop();
  }
}
