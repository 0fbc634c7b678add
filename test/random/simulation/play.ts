import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { drained, extended, roles, setRole } from './fixtures';
import { Invariants } from './invariants';
import { Ledger, type RootStack } from './ledger';
import { accountIn, idOf, regionIn } from './mandate';
import { heldServers, perform } from './perform';
import type { Sequence } from './steps';
import { World } from './world';

/** Known, and said in docs/reliability.md: after a failed update CloudFormation deletes the old server with the properties of the new one. */
export const STUCK = 'a server or a fleet was deleted with properties that are not its own';

/** Something that must never happen has happened. */
export class Violation extends Error {
  /** Everything that happened until then, line by line. */
  story: readonly string[] = [];
}

/** Plays a sequence, lets everything come to its end, takes everything down. Throws at the first violation. */
export async function play({ settings, seed, steps }: Sequence): Promise<Pick<Invariants, 'sights' | 'story'>> {
  const ledger = new Ledger();
  const invariants = new Invariants(ledger);
  const world = await World.start(settings, seed, (event) => invariants.sent(event as CustomResourceEvent));
  invariants.mayLackFunction = settings.failedDeletion === 'deleted-all-the-same' || settings.pendingFunction === 'fails';
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
    await tearDown(world, ledger, invariants, settings.failedDeletion === 'deleted-all-the-same');
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

/** Until then, whoever is declared should have been disconnected, in milliseconds. */
const HANDLED = 600_000;

async function rest(world: World, ledger: Ledger) {
  if (!(await world.passUntil(() => ledger.isAtRest))) {
    throw new Violation(`end: after two days there are still ${unfinished(ledger)}`);
  }
  await world.pass(LOOK);
}

/** Longer than three runs of a function, which Lambda gives it at most, and than whatever lingers or spreads, in milliseconds. */
const CALM = 3_600_000;

/** Nothing is in the way any more: every stack can be deleted now, and whoever is declared then is disconnected. */
async function tearDown(world: World, ledger: Ledger, invariants: Invariants, isFunctionGone: boolean) {
  world.faults.clear();
  world.lambda.spare();
  world.siblings.areWell = true;
  roles.forEach((_, role) => setRole(world.iam, role, 'trusting'));
  await world.pass(CALM);
  for (const server of heldServers(world)) {
    await perform({ do: 'stop failback', server }, world, ledger);
    await perform({ do: 'end recovery', server }, world, ledger);
  }
  await world.pass(CALM);
  await removeAll(world, ledger);
  // An update may have declared an extended server without deleteSourceServer: it can't be disconnected from here.
  await perform({ do: 'delete by hand', server: extended }, world, ledger);
  await world.pass(CALM);
  await removeAll(world, ledger);
  const isStuck = standing(ledger).some((stack) => isMisfit(stack, world, ledger));
  if (isStuck) {
    invariants.sights.add(STUCK);
  }
  if (isStuck || isFunctionGone || heldServers(world).length > 0) {
    // Or held by a job that never ends, or without its function. Whoever has such a server has to let go of it.
    await removeAll(world, ledger, 'force');
  }
}

/** Whether a Delete came with properties of another account or Region than its server's, for which the function has no rights any more, or of another fleet than its own. */
function isMisfit(stack: RootStack, world: World, ledger: Ledger): boolean {
  return world.cloudFormation.customResourceRequests.some(({ event }) => {
    const { RequestType, ResourceType, StackId, PhysicalResourceId = '', ResourceProperties } = event;
    const isOfServer = ResourceType === SOURCE_SERVER_DISCONNECTION && PhysicalResourceId.startsWith('arn:');
    const isOfFleet = ResourceType === FLEET_DISCONNECTION && PhysicalResourceId.startsWith('drs:');
    const isOfOtherAccount = accountIn(PhysicalResourceId) !== accountIn(ResourceProperties.AssumeRoleArn ?? StackId);
    const isOfOtherRegion = regionIn(PhysicalResourceId) !== regionIn(ResourceProperties.SourceServerArn);
    const isElsewhere = isOfServer && (isOfOtherAccount || isOfOtherRegion);
    return RequestType === 'Delete' && ledger.of(StackId) === stack && (isElsewhere || (isOfFleet && idOf(event) !== PhysicalResourceId));
  });
}

async function removeAll(world: World, ledger: Ledger, how?: 'force') {
  for (const { name } of standing(ledger)) {
    await perform({ do: 'delete', stack: name, how }, world, ledger);
  }
  await world.pass(HANDLED);
  // Whoever nobody has declared would keep DRS in the staging area, and drains waiting.
  for (const server of drained) {
    await perform({ do: 'disconnect by hand', server }, world, ledger);
  }
  await rest(world, ledger);
}

function standing(ledger: Ledger): RootStack[] {
  return ledger.all().filter(({ isDeleted }) => !isDeleted);
}

function unfinished(ledger: Ledger): string {
  return standing(ledger)
    .map(({ name, status }) => `${name} in ${status}`)
    .join(', ');
}
