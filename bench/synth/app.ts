import { App, Stack } from 'aws-cdk-lib';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { SourceServer, SourceServerDisconnection } from '../../lib';

/* An app of one stack: node app.js CONTESTANT SERVERS, into CDK_OUTDIR. */

/** Declares that one server is disconnected with the stack. */
type Declare = (stack: Stack, id: string, sourceServerId: string) => void;

const ours: Declare = (stack, id, sourceServerId) =>
  void new SourceServerDisconnection(stack, id, { sourceServer: SourceServer.fromSourceServerId(stack, `${id}Server`, sourceServerId) });

/** As most would: a grant of the action, for any server. */
const peer: Declare = (stack, id, sourceServerId) =>
  void new AwsCustomResource(stack, id, {
    resourceType: 'Custom::DisconnectSourceServer',
    onCreate: { service: 'drs', action: 'DescribeSourceServers', physicalResourceId: PhysicalResourceId.of(sourceServerId) },
    onDelete: { service: 'drs', action: 'DisconnectSourceServer', parameters: { sourceServerID: sourceServerId } },
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
    installLatestAwsSdk: false,
  });

const [, , contestant, servers] = process.argv;
const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'LandingZone', { env: { account: '111122223333', region: 'eu-central-1' } });
for (let index = 0; index < Number(servers); index++) {
  (contestant === 'peer' ? peer : ours)(stack, `Disconnection${index}`, `s-${String(index).padStart(17, '0')}`);
}
app.synth();
