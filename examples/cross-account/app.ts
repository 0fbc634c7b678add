/*
 * A landing zone in one account that disconnects a source server of another one:
 *
 *   npx cdk deploy --all -c landingZoneAccount=111122223333 -c serversAccount=444455556666 \
 *     -c region=eu-central-1 -c sourceServerId=s-1234567890abcdef0
 */
import { App } from 'aws-cdk-lib';
import { LandingZoneStack, ServersAccountStack } from './stacks';

const app = new App();
const context = (name: string) => String(app.node.getContext(name));
const [landingZoneAccount, serversAccount, region] = [context('landingZoneAccount'), context('serversAccount'), context('region')];
const servers = new ServersAccountStack(app, 'ServersAccount', { env: { account: serversAccount, region }, landingZoneAccount });
const landingZone = new LandingZoneStack(app, 'LandingZone', {
  env: { account: landingZoneAccount, region },
  serversAccount,
  serversRegion: region,
  sourceServerId: context('sourceServerId'),
});
// Deployed after the role, and deleted before it.
landingZone.node.addDependency(servers);
app.synth();
