/*
 * A pipeline that deploys a landing zone to each account:
 *
 *   npx cdk deploy Pipeline -c account=111122223333 -c region=eu-central-1 -c accounts=444455556666,777788889999 \
 *     -c repository=example-corp/disaster-recovery \
 *     -c connectionArn=arn:aws:codeconnections:eu-central-1:111122223333:connection/0a1b2c3d-0000-0000-0000-000000000000
 */
import { App } from 'aws-cdk-lib';
import { PipelineStack } from './stacks';

const app = new App();
const context = (name: string) => String(app.node.getContext(name));
new PipelineStack(app, 'Pipeline', {
  env: { account: context('account'), region: context('region') },
  repository: context('repository'),
  connectionArn: context('connectionArn'),
  accounts: context('accounts').split(','),
  region: context('region'),
});
app.synth();
