/*
 * A disaster-recovery landing zone that takes DRS down with it: what the servers replicate into, and what disconnects them when it is deleted.
 *
 *   aws drs initialize-service     once in an account and Region
 *   npx cdk deploy
 *   npx cdk destroy
 *
 * Context, by `-c KEY=VALUE` or, better, in cdk.json, where lists and booleans may also be written as JSON:
 *   fleetTags              KEY=VALUE, separated by commas: deleting the stack disconnects every source server that carries all of these
 *                          tags. Agents set them with `--tags`. Default: landing-zone=DisasterRecoveryLandingZone
 *   sourceServerIds        further source servers to disconnect with the stack, separated by commas. It is the whole truth: a server that
 *                          it doesn't name any more is disconnected by the next deployment. Default: none
 *   vpcCidr                the addresses of the VPC. Another value makes another VPC. Default: 10.255.0.0/22
 *   sourceCidrs            where source servers replicate from, separated by commas. Default: all private addresses
 *   defaultSettings        whether the stack makes DRS's default replication and launch settings, of which an account has one each in
 *                          a Region. They stay when it is deleted. Default: true
 *   alarmEmail             who hears of alarms. Default: nobody; subscribe to the topic
 *   terminationProtection  whether the stack refuses to be deleted: say true once it protects something. Default: false
 */
import { App } from 'aws-cdk-lib';
import { readContext } from './landing-zone/context';
import { LandingZone } from './landing-zone/landing-zone';

try {
  // Synthesized only as a whole: without a server's resource its deployment would disconnect that server.
  const app = new App({ autoSynth: false });
  new LandingZone(app, 'DisasterRecoveryLandingZone', {
    description: 'Takes AWS Elastic Disaster Recovery down when it is deleted: source servers, staging area, and then the network',
    env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
    ...readContext(app.node),
  });
  app.synth();
} catch (error) {
  // A mistake in the context is the user's to mend: a line tells more than a stack trace.
  console.error((error as Error).message);
  process.exitCode = 1;
}
