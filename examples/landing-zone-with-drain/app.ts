/*
 * A landing zone that goes as a whole: its source servers, what DRS runs for them, and their network:
 *
 *   npx cdk deploy -c landingZone=payments
 */
import { App } from 'aws-cdk-lib';
import { LandingZoneStack } from './stacks';

const app = new App();
new LandingZoneStack(app, 'LandingZone', {
  // Known to the CDK, so that it looks up the Availability Zones once and for all.
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
  landingZone: app.node.getContext('landingZone') as string,
});
app.synth();
