/*
 * An existing landing zone that takes up the library:
 *
 *   npx cdk diff
 *   npx cdk deploy
 */
import { App } from 'aws-cdk-lib';
import { LandingZoneStack } from './after';

const app = new App();
new LandingZoneStack(app, 'LandingZone', {
  // Known to the CDK, so that it looks up the Availability Zones once and for all.
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
app.synth();
