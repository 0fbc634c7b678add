/*
 * A stack that disconnects the source servers with its tag when it is deleted:
 *
 *   npx cdk deploy -c landingZone=payments
 */
import { App } from 'aws-cdk-lib';
import { FleetStack } from './stacks';

const app = new App();
new FleetStack(app, 'Fleet', { landingZone: app.node.getContext('landingZone') as string });
app.synth();
