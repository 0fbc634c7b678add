/*
 * A stack that disconnects one source server when it is deleted:
 *
 *   npx cdk deploy -c sourceServerId=s-1234567890abcdef0
 */
import { App } from 'aws-cdk-lib';
import { SingleServerStack } from './stacks';

const app = new App();
new SingleServerStack(app, 'SingleServer', { sourceServerId: app.node.getContext('sourceServerId') as string });
app.synth();
