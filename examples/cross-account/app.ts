/*
 * A landing zone in one account that disconnects a source server of another one:
 *
 *   npx cdk deploy --all -c landingZoneAccount=111122223333 -c serversAccount=444455556666 \
 *     -c region=eu-central-1 -c sourceServerId=s-1234567890abcdef0
 */
import { App } from 'aws-cdk-lib';
import { FunctionRoleStack, LandingZoneStack, ServersAccountStack } from './stacks';

const app = new App();
const context = (name: string) => String(app.node.getContext(name));
const [landingZoneAccount, serversAccount, region] = [context('landingZoneAccount'), context('serversAccount'), context('region')];
const functionRole = new FunctionRoleStack(app, 'FunctionRole', { env: { account: landingZoneAccount, region } });
const servers = new ServersAccountStack(app, 'ServersAccount', {
  env: { account: serversAccount, region },
  landingZoneAccount,
  serversRegion: region,
});
const landingZone = new LandingZoneStack(app, 'LandingZone', {
  env: { account: landingZoneAccount, region },
  serversAccount,
  serversRegion: region,
  sourceServerId: context('sourceServerId'),
});
// Each is deployed after the one that it needs, and deleted before it.
servers.node.addDependency(functionRole);
landingZone.node.addDependency(servers);
app.synth();
