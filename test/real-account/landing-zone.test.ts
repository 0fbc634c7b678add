import { randomUUID } from 'node:crypto';
import { Project } from '../cdk-cli/cdk';
import * as steps from '../cdk-cli/steps';
import type { World } from '../cdk-cli/world';
import { realAccount } from './real-account';

// The steps of test/cli that need no disaster, in a real account.

let world: World;
beforeAll(async () => {
  // Checked again: what is disconnected here is disconnected for good.
  const { sourceServerIds: named, ...account } = await realAccount();
  // A fleet that nobody belongs to, and the account's own default settings are left alone.
  const context = { fleetTags: `cdk-drs-test=${randomUUID()}`, defaultSettings: 'false' };
  world = { ...account, project: new Project(), named, context };
});
afterAll(() => world?.project.remove());

const step = steps.storyOf();

step('a first deployment that names a server with a typo fails, says so, and rolls back', () => steps.firstDeploymentNamesATypo(world));
step('deployment, protected from deletion', () => steps.deploymentWithProtection(world));
step('diff finds nothing', () => steps.noDifferences(world));
step('diff shows the disconnection of a server that is not named any more', () => steps.differenceOfOneServer(world));
step('a deletion is refused as long as the stack is protected', () => steps.protectedFromDeletion(world));
step('deployment without changes takes the protection away', () => steps.deploymentWithoutChanges(world));
if (process.env.CDK_DRS_REAL_SOURCE_SERVER?.includes(',')) {
  step('an update that does not name the last server any more disconnects it', () => steps.updateRemovesAServer(world));
}
step('deletion', () => steps.deletion(world));
