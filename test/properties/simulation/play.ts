import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { Invariants } from './invariants';
import { Ledger, type RootStack } from './ledger';
import { heldServers, perform } from './perform';
import type { Sequence } from './steps';
import { World } from './world';

/** Something that must never happen has happened. */
export class Violation extends Error {
  /** Everything that happened until then, line by line. */
  story: readonly string[] = [];
}

/** Plays a sequence, lets everything come to its end, takes everything down. Throws at the first violation. */
export async function play({ settings, seed, steps }: Sequence): Promise<Pick<Invariants, 'sights' | 'story'>> {
  const ledger = new Ledger();
  const { lastOperations = 'names-only-the-create', deletionReason = 'told' } = settings;
  const invariants = new Invariants(ledger, {
    tellsOfFailedCreates: lastOperations === 'names-only-the-create' || deletionReason === 'told',
  });
  const world = await World.start(settings, seed, (event) => invariants.sent(event as CustomResourceEvent));
  invariants.watch(world);
  const check = () => {
    if (invariants.violations.length > 0) {
      throw new Violation(invariants.violations.join('\n'));
    }
  };
  try {
    for (const step of steps) {
      await perform(step, world, ledger);
      await (step.then === undefined ? rest(world, ledger) : world.pass(step.then * 1000));
      check();
    }
    await rest(world, ledger);
    await tearDown(world, ledger);
    invariants.atTheEnd(world);
    check();
    if (standing(ledger).length > 0) {
      throw new Violation(`end: nothing is in the way, but there are still ${unfinished(ledger)}`);
    }
    return invariants;
  } catch (error) {
    if (error instanceof Violation) {
      error.story = invariants.story;
    }
    throw error;
  } finally {
    world.stop();
  }
}

/** How long somebody needs to see that everything is at rest, in milliseconds: the CDK looks every five seconds. */
const LOOK = 5_000;

async function rest(world: World, ledger: Ledger) {
  if (!(await world.passUntil(() => ledger.isAtRest))) {
    throw new Violation(`end: after two days there are still ${unfinished(ledger)}`);
  }
  await world.pass(LOOK);
}

/** Nothing is in the way any more: every stack can be deleted now, and whoever is declared then is disconnected. */
async function tearDown(world: World, ledger: Ledger) {
  world.faults.clear();
  world.lambda.spare();
  world.siblings.areWell = true;
  for (const server of heldServers(world)) {
    await perform({ do: 'end recovery', server }, world, ledger);
  }
  // Twice: what a fault left behind may still be under way at the first time.
  for (let attempt = 1; attempt <= 2; attempt++) {
    for (const { name } of standing(ledger)) {
      await perform({ do: 'delete', stack: name }, world, ledger);
    }
    await rest(world, ledger);
  }
}

function standing(ledger: Ledger): RootStack[] {
  return ledger.all().filter(({ isDeleted }) => !isDeleted);
}

function unfinished(ledger: Ledger): string {
  return standing(ledger)
    .map(({ name, status }) => `${name} in ${status}`)
    .join(', ');
}
