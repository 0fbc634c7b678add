/*
 * A source server moves from one stack to another, and goes on replicating:
 *
 *   npx cdk deploy --all -c sourceServerId=s-1234567890abcdef0 -c step=0
 *
 * and then the steps 1, 2 and 3.
 */
import { App } from 'aws-cdk-lib';
import { ServersStack, STEPS } from './stacks';

const app = new App();
const sourceServerId = app.node.getContext('sourceServerId') as string;
const step = STEPS[Number(app.node.getContext('step'))];
if (!step) {
  throw new Error(`Say which step it is: -c step=0 to -c step=${STEPS.length - 1}`);
}
new ServersStack(app, 'From', { sourceServerId, removalPolicy: step.from });
new ServersStack(app, 'To', { sourceServerId, removalPolicy: step.to });
app.synth();
