import { Operator } from '../../scenarios/cli-user';
import { EmbeddedAws } from '../../emulator';
import { defaultAccountId, defaultRegion } from '../../emulator/defaults';
import { STACK, statesOf } from './account';
import { Project } from './cdk';
import * as steps from './steps';
import type { World } from './world';

// The whole life of a landing zone, as an operator sees it who types commands of the CDK CLI.

const [NAMED, REMOVED, APP, DATABASE, BYSTANDER] = [1, 2, 3, 4, 5].map((number) => `s-1a2b3c4d5e6f7000${number}`);

let aws: EmbeddedAws;
let world: World;
beforeAll(async () => {
  // Fast enough for the minutes that DRS takes to leave, slow enough for the deadlines of a function on a busy machine.
  aws = await EmbeddedAws.start({ speed: 40 });
  [NAMED, REMOVED, BYSTANDER].forEach((sourceServerID) => aws.drs.addSourceServer({ sourceServerID }));
  Object.assign(process.env, aws.environment);
  ['AWS_PROFILE', 'AWS_SESSION_TOKEN'].forEach((name) => delete process.env[name]);
  world = { project: new Project(), accountId: defaultAccountId, region: defaultRegion, named: [NAMED, REMOVED], context: {} };
});
afterAll(async () => {
  world.project.remove();
  await aws.stop();
});

const step = steps.storyOf();

step('bootstrap: from now on the CDK CLI works with the roles of its bootstrap', async () => {
  const { code, output } = await world.project.cdk('bootstrap', `aws://${defaultAccountId}/${defaultRegion}`);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('bootstrapped') });
});
step('a first deployment that names a server with a typo fails, says so, and rolls back', () => steps.firstDeploymentNamesATypo(world));
step('deployment, protected from deletion', () => steps.deploymentWithProtection(world));
step('agents are installed: their servers replicate into the VPC', async () => {
  [APP, DATABASE].forEach((sourceServerID) => aws.drs.addSourceServer({ sourceServerID, tags: { 'landing-zone': STACK } }));
  expect(aws.drs.replicationServers().some(({ subnetId }) => aws.ec2.network().subnets.has(subnetId))).toBe(true);
});
step('diff finds nothing, since agents are no part of the stack', () => steps.noDifferences(world));
step('diff shows the disconnection of a server that is not named any more', () => steps.differenceOfOneServer(world));
step('a deletion is refused as long as the stack is protected', () => steps.protectedFromDeletion(world));
step('deployment without changes takes the protection away', () => steps.deploymentWithoutChanges(world));
step('an update without rollback fails, and the log of the function is shown', () => steps.updateNamesATypoWithoutRollback(world));
step('rollback', () => steps.rollback(world));
step('an update that does not name a server any more disconnects it', () => steps.updateRemovesAServer(world));
step('a deletion fails on a recovery instance, and the terminal says what to do; that done, it succeeds', async () => {
  const { recoveryInstanceID = '' } = aws.drs.addRecoveryInstance({ sourceServerID: DATABASE });
  const commands = await steps.deletionThatFails(world, DATABASE, recoveryInstanceID);
  expect(await statesOf([NAMED, APP, DATABASE])).toEqual({ [NAMED]: 'DISCONNECTED', [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });

  const fix = commands.find((command) => command.includes('disconnect-recovery-instance'));
  await new Operator(aws).run(fix!);
  await steps.deletion(world, [NAMED, REMOVED, APP, DATABASE]);
  expect(await statesOf([BYSTANDER])).toEqual({ [BYSTANDER]: 'CONTINUOUS' });
});
step('a deletion of what is gone is none', async () => {
  const { code, output } = await world.project.cdk('destroy', '--force');
  expect({ code, output }).toEqual({ code: 0, output });
});
