import { commandsIn } from '../../scenarios/cli-user';
import { STACK, stackStatus, statesOf, vpcExists, vpcOfStack } from './account';
import type { Outcome } from './cdk';
import type { World } from './world';

// What an operator types, and what must come of it: on the terminal, and in the account.

/** Nobody's. */
const TYPO = 's-00000000000000000';

/** The tests of a file, each of which goes on where the one before it has stopped: after a failure there is nothing to go on from. */
export function storyOf(): (name: string, play: () => Promise<void>) => void {
  let hasFailed = false;
  return (name, play) =>
    test(name, async () => {
      if (hasFailed) {
        throw new Error('Not played: a step before it has failed.');
      }
      hasFailed = true;
      await play();
      hasFailed = false;
    });
}

function deploy({ project, context }: World, named: readonly string[], ...options: string[]): Promise<Outcome> {
  return project.cdk('deploy', '--require-approval', 'never', ...contextOf({ ...context, ...sourceServerIds(named) }), ...options);
}

function destroy({ project }: World): Promise<Outcome> {
  return project.cdk('destroy', '--force');
}

function sourceServerIds(named: readonly string[]): Record<string, string> {
  return named.length > 0 ? { sourceServerIds: named.join(',') } : {};
}

function contextOf(context: Record<string, string>): string[] {
  return Object.entries(context).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
}

/** Shows all that was on the terminal if the exit code is another one. */
function expectCode({ code, output }: Outcome, expected: number) {
  if (code !== expected) {
    throw new Error(`The exit code is ${code}, not ${expected}.\n${output}`);
  }
}

/** Plays a step after which whoever replicated must still do so; a real server may be busy in one way or another. */
async function touchingNobody(servers: readonly string[], play: () => Promise<void>) {
  const before = await replicating(servers);
  await play();
  expect(await replicating(servers)).toEqual(before);
}

async function replicating(servers: readonly string[]): Promise<string[]> {
  const states = await statesOf(servers);
  return servers.filter((id) => ![undefined, 'STOPPED', 'DISCONNECTED'].includes(states[id]));
}

function expectTypoExplained({ accountId, region }: World, { output }: Outcome) {
  expect(output).toContain(`There is no source server ${TYPO} (account ${accountId}, Region ${region}).`);
  expect(commandsIn(output)).toContain(`aws drs describe-source-servers --region ${region}`);
}

export async function firstDeploymentNamesATypo(world: World) {
  await touchingNobody(world.named, async () => {
    const outcome = await deploy(world, [...world.named, TYPO]);
    expectCode(outcome, 1);
    expectTypoExplained(world, outcome);
    expect(await stackStatus()).toBe('ROLLBACK_COMPLETE');
  });
}

export async function deploymentWithProtection(world: World) {
  await touchingNobody(world.named, async () => {
    const outcome = await deploy(world, world.named, '-c', 'terminationProtection=true');
    expectCode(outcome, 0);
    expect(outcome.output).toContain(`✅  ${STACK}\n`);
    expect(await stackStatus()).toBe('CREATE_COMPLETE');
  });
}

export async function noDifferences({ project, context, named }: World) {
  const outcome = await project.cdk('diff', '--fail', ...contextOf({ ...context, ...sourceServerIds(named) }));
  expectCode(outcome, 0);
  expect(outcome.output).toContain('There were no differences');
}

export async function differenceOfOneServer({ project, context, named }: World) {
  const removed = named.at(-1)!;
  const outcome = await project.cdk('diff', '--fail', ...contextOf({ ...context, ...sourceServerIds(named.slice(0, -1)) }));
  expectCode(outcome, 1);
  const differences = outcome.output.split('\n').filter((line) => /^\[[-+~]\]/.test(line));
  expect(differences.filter((line) => line.includes('Custom::'))).toEqual([
    expect.stringMatching(`^\\[-\\] Custom::DRSSourceServerDisconnection Disconnection-${removed}/Resource \\w+ destroy$`),
  ]);
}

export async function updateNamesATypoWithoutRollback(world: World) {
  await touchingNobody(world.named, async () => {
    const outcome = await deploy(world, [...world.named, TYPO], '--no-rollback');
    expectCode(outcome, 1);
    expectTypoExplained(world, outcome);
    // The CDK CLI looks into the log of the function that has failed.
    expect(outcome.output).toMatch(new RegExp(`Logs from .*:\\n[^]*"reason":"There is no source server ${TYPO}`));
    expect(await stackStatus()).toBe('UPDATE_FAILED');
  });
}

export async function rollback(world: World) {
  await touchingNobody(world.named, async () => {
    expectCode(await world.project.cdk('rollback'), 0);
    expect(await stackStatus()).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
}

export async function protectedFromDeletion(world: World) {
  await touchingNobody(world.named, async () => {
    const status = await stackStatus();
    const outcome = await destroy(world);
    expectCode(outcome, 1);
    expect(outcome.output).toContain(`Stack [${STACK}] cannot be deleted while TerminationProtection is enabled`);
    expect(await stackStatus()).toBe(status);
  });
}

/** The protection is no part of the template. */
export async function deploymentWithoutChanges(world: World) {
  await touchingNobody(world.named, async () => {
    const status = await stackStatus();
    const outcome = await deploy(world, world.named);
    expectCode(outcome, 0);
    expect(outcome.output).toContain(`✅  ${STACK} (no changes)`);
    expect(await stackStatus()).toBe(status);
  });
}

export async function updateRemovesAServer(world: World) {
  const stay = world.named.slice(0, -1);
  const removed = world.named.at(-1)!;
  await touchingNobody(stay, async () => {
    expectCode(await deploy(world, stay, '--method', 'direct'), 0);
    expect(await stackStatus()).toBe('UPDATE_COMPLETE');
  });
  expect(await statesOf([removed])).toEqual({ [removed]: 'DISCONNECTED' });
}

/** A server of the landing zone has a recovery instance. Returns the commands that the operator is shown. */
export async function deletionThatFails(world: World, held: string, recoveryInstanceID: string): Promise<string[]> {
  const vpc = await vpcOfStack();
  const outcome = await destroy(world);
  expectCode(outcome, 1);
  const { accountId, region } = world;
  expect(outcome.output).toContain(`The source server ${held} (account ${accountId}, Region ${region}) was not disconnected.`);
  expect(outcome.output).toContain(
    `Recovery instance ${recoveryInstanceID} (EC2 instance ${recoveryInstanceID}, RUNNING, a real recovery)`,
  );
  const commands = commandsIn(outcome.output);
  expect(commands).toContain(`aws drs disconnect-recovery-instance --recovery-instance-id ${recoveryInstanceID} --region ${region}`);
  expect(commands).toContain(`aws cloudformation delete-stack --stack-name ${STACK} --region ${region}`);
  expect(await stackStatus()).toBe('DELETE_FAILED');
  expect(await vpcExists(vpc)).toBe(true);
  return commands;
}

export async function deletion(world: World, servers: readonly string[] = world.named) {
  const vpc = await vpcOfStack();
  expect(await vpcExists(vpc)).toBe(true);
  const outcome = await destroy(world);
  expectCode(outcome, 0);
  expect(outcome.output).toContain(`✅  ${STACK}: destroyed`);
  expect(await stackStatus()).toBeUndefined();
  expect(await vpcExists(vpc)).toBe(false);
  expect(await statesOf(servers)).toEqual(Object.fromEntries(servers.map((id) => [id, 'DISCONNECTED'])));
}
