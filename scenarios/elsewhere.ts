import { deepStrictEqual, match } from 'node:assert';
import { FunctionRoleStack, LandingZoneStack, ServersAccountStack } from '../examples/cross-account/stacks';
import type { Stage } from './runner';
import type { Scenario } from './scenario';
import { addDisconnection, APP, DATABASE, sourceServerArn, STANDBY, TWO } from './stacks';

// The servers are not where the stack is.

export const otherRegion: Scenario = {
  name: 'other-region',
  summary: 'one server replicates to another Region than its stack: each is disconnected in its own',
  async play(stage) {
    const notOurs = 's-1a2b3c4d5e6f70004';
    stage.seed(
      ...TWO,
      { sourceServerID: STANDBY, hostname: 'standby-01', region: 'us-west-2' },
      { sourceServerID: notOurs, hostname: 'not-ours-01', region: 'us-west-2' },
    );
    await stage.deploy((stack) => {
      addDisconnection(stack, 'App', APP);
      addDisconnection(stack, 'Standby', sourceServerArn(STANDBY, 'us-west-2'));
    });
    await stage.show('Deployed, in eu-central-1: every server replicates');
    await stage.destroy();
    await stage.show('Deleted: the declared servers are disconnected, one in each Region');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS', [STANDBY]: 'DISCONNECTED', [notOurs]: 'CONTINUOUS' });
  },
};

const [LANDING_ZONE_ACCOUNT, SERVERS_ACCOUNT, SERVERS_REGION] = ['111122223333', '444455556666', 'eu-west-1'];

export const crossAccount: Scenario = {
  name: 'cross-account',
  summary: 'the servers are in another account: the function assumes a role there, and says so when the role was deleted too early',
  settings: { speed: 60 },
  async play(stage) {
    const servers = stage.ofAccount(SERVERS_ACCOUNT);
    servers.seed(...TWO.map((server) => ({ ...server, region: SERVERS_REGION })));
    servers.timeline.say(
      `The operator of account ${LANDING_ZONE_ACCOUNT} deploys the function's role, that of account ${SERVERS_ACCOUNT} a role that trusts it, and then the landing zone follows.`,
    );
    await stage.deployApp('FunctionRole', (app, env) => new FunctionRoleStack(app, 'FunctionRole', { env }));
    await deployRole(servers);
    await deployLandingZone(stage, APP);
    await servers.show('Deployed: every server replicates');

    stage.timeline.say(`The wrong order: in account ${SERVERS_ACCOUNT} somebody deletes the role first.`);
    await servers.destroy('DELETE_COMPLETE', 'ServersAccount');
    await stage.destroy('DELETE_FAILED', 'LandingZone');
    match(stage.reason(), /The role arn:aws:iam::444455556666:role\/LandingZoneTeardown can't be assumed: it was deleted/);
    await servers.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'CONTINUOUS' });

    stage.timeline.say('The right order: the role is deployed again, the landing zone goes, and the roles last.');
    await deployRole(servers);
    await stage.destroy('DELETE_COMPLETE', 'LandingZone');
    await servers.destroy('DELETE_COMPLETE', 'ServersAccount');
    await stage.destroy('DELETE_COMPLETE', 'FunctionRole');
    await servers.show('Deleted: the declared server is disconnected');
    await servers.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' });
    const callers = stage.drsCalls().map(({ callerArn, region }) => `${callerArn} in ${region}`);
    deepStrictEqual([...new Set(callers)], ['arn:aws:sts::444455556666:assumed-role/LandingZoneTeardown/cdk-drs-LandingZone in eu-west-1']);
  },
};

async function deployRole(servers: Stage) {
  await servers.deployApp(
    'ServersAccount',
    (app, env) =>
      new ServersAccountStack(app, 'ServersAccount', { env, landingZoneAccount: LANDING_ZONE_ACCOUNT, serversRegion: SERVERS_REGION }),
  );
}

async function deployLandingZone(stage: Stage, sourceServerId: string) {
  const server = { serversAccount: SERVERS_ACCOUNT, serversRegion: SERVERS_REGION, sourceServerId };
  await stage.deployApp('LandingZone', (app, env) => new LandingZoneStack(app, 'LandingZone', { env, ...server }));
}
