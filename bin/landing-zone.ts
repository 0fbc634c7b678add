/*
 * A disaster-recovery landing zone that disconnects its source servers when it is deleted:
 *
 *   npx cdk deploy -c sourceServerIds=s-1234567890abcdef0,s-1234567890abcdef1
 *   npx cdk destroy -c sourceServerIds=s-1234567890abcdef0,s-1234567890abcdef1
 *
 * Context:
 *   sourceServerIds  the source servers to disconnect with the stack, separated by commas; at least one. It is the whole truth:
 *                    a server that it doesn't name any more is disconnected by the next deployment. Better kept in cdk.json.
 */
import { App, Stack } from 'aws-cdk-lib';
import { SourceServer, SourceServerDisconnection } from '../lib';

function sourceServerIds(app: App): string[] {
  const given: unknown = app.node.tryGetContext('sourceServerIds') ?? '';
  if (typeof given !== 'string') {
    throw new Error(`The context 'sourceServerIds' is ${JSON.stringify(given)}, but must be IDs separated by commas.`);
  }
  const ids = given
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) {
    throw new Error('No source servers. Name at least one: -c sourceServerIds=s-1234567890abcdef0,s-1234567890abcdef1');
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new Error(`The context 'sourceServerIds' names ${twice} twice.`);
  }
  return ids;
}

function landingZone(app: App) {
  const stack = new Stack(app, 'DisasterRecoveryLandingZone', {
    description: 'Disconnects its source servers from AWS Elastic Disaster Recovery when it is deleted',
    env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
  });
  for (const id of sourceServerIds(app)) {
    // The server's ID is the construct's ID, so that the order of the list doesn't matter.
    const sourceServer = SourceServer.fromSourceServerId(stack, `SourceServer-${id}`, id);
    new SourceServerDisconnection(stack, `Disconnection-${id}`, { sourceServer });
  }
}

try {
  // Synthesized only as a whole: without a server's resource its deployment would disconnect that server.
  const app = new App({ autoSynth: false });
  landingZone(app);
  app.synth();
} catch (error) {
  // A mistake in the context is the user's to mend: a line tells more than a stack trace.
  console.error((error as Error).message);
  process.exitCode = 1;
}
