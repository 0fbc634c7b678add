import { deepStrictEqual, match, strictEqual } from 'node:assert';
import { type App, CfnResource, Duration, type Environment, RemovalPolicy } from 'aws-cdk-lib';
import type { Stage } from './runner';
import type { Scenario } from './scenario';
import { APP, DATABASE, STANDBY, TWO } from './stacks';

// The whole landing zone of bin/landing-zone.ts goes: DRS must have left its VPC before that can be deleted.

const STACK = 'DisasterRecoveryLandingZone';
const TAGS = { 'landing-zone': STACK };
const THREE = { [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED', [STANDBY]: 'DISCONNECTED' };

/** Three servers, which replicate into the staging area of the default settings and share a replication server there. */
function installAgents(stage: Stage) {
  stage.seed(...[...TWO, { sourceServerID: STANDBY, hostname: 'standby-01' }].map((server) => ({ ...server, tags: TAGS })));
  const [{ instanceId, subnetId }] = stage.aws.drs.replicationServers();
  strictEqual(stage.aws.drs.replicationServers().length, 1);
  stage.timeline.say(
    `Agents are installed on three servers, with \`--tags landing-zone=${STACK}\`. DRS starts the replication server ${instanceId} for them in ${subnetId}, and makes two security groups in the VPC.`,
  );
}

/** The same landing zone, but for what can't be said by context. */
async function deployVariant(stage: Stage, variant: 'fewer links' | 'nobody waits') {
  // Loaded when needed, with the CDK.
  const { LandingZone } = await import('../bin/landing-zone/landing-zone');
  await stage.deployApp(STACK, (app: App, env: Environment) => {
    const drainTimeout = variant === 'fewer links' ? Duration.minutes(20) : undefined;
    const { drain } = new LandingZone(app, STACK, { env, drainTimeout });
    if (variant === 'nobody waits') {
      drain.node
        .findAll()
        .filter((node) => CfnResource.isCfnResource(node))
        .forEach((link) => link.applyRemovalPolicy(RemovalPolicy.RETAIN));
    }
  });
}

/** What EC2 has of the landing zone and of DRS, by kind. */
function left(stage: Stage): Record<string, number> {
  const { vpcs, subnets, securityGroups, interfaces, endpoints } = stage.aws.ec2.network();
  const sizes = { vpcs, subnets, securityGroups, interfaces, endpoints };
  return Object.fromEntries(Object.entries(sizes).flatMap(([kind, { size }]) => (size > 0 ? [[kind, size]] : [])));
}

export const landingZone: Scenario = {
  name: 'landing-zone',
  summary: 'the whole landing zone is deleted: servers are disconnected, DRS leaves the subnets, its security groups go, and then the VPC',
  settings: { speed: 120 },
  async play(stage) {
    await stage.deployLandingZone();
    installAgents(stage);
    await stage.show('Deployed: every server replicates');
    await stage.destroy();
    await stage.show('Deleted: every server is disconnected');
    await stage.expectStates(THREE);
    deepStrictEqual(left(stage), {});
    stage.timeline.say('Nothing is left of the VPC.');
  },
};

export const landingZoneAgain: Scenario = {
  name: 'landing-zone-again',
  summary: "a landing zone is deleted and deployed again: DRS's default settings have stayed behind, and the new one takes them over",
  settings: { speed: 60 },
  async play(stage) {
    for (const last of ['1', '2']) {
      await stage.deployLandingZone();
      const [{ subnetId }] = stage.aws.drs.defaultTargets();
      strictEqual(stage.aws.ec2.network().subnets.has(subnetId), true);
      stage.seed({ sourceServerID: `s-1111111111111111${last}`, hostname: `app-0${last}`, tags: TAGS });
      strictEqual(stage.aws.drs.replicationServers().at(-1)?.subnetId, subnetId);
      await stage.destroy();
      deepStrictEqual(left(stage), {});
      strictEqual(stage.aws.drs.defaultTargets().length, 1);
      stage.timeline.say(
        'Nothing is left of the VPC. The default settings still name its subnet: an agent that is installed now replicates nowhere.',
      );
    }
    await stage.expectStates({ 's-11111111111111111': 'DISCONNECTED', 's-11111111111111112': 'DISCONNECTED' });
  },
};

/** Default settings that somebody else uses are left as they are. */
export const settingsOfOthers: Pick<Scenario, 'name' | 'settings' | 'play'> = {
  name: "default settings that name another network's subnet: the landing zone is refused, and they stay as they are",
  settings: { speed: 60 },
  async play(stage) {
    await stage.deployLandingZone();
    const before = stage.aws.drs.defaultTargets();
    const { LandingZone } = await import('../bin/landing-zone/landing-zone');
    await stage.deployApp('Another', (app: App, env: Environment) => new LandingZone(app, 'Another', { env }), 'ROLLBACK_COMPLETE');
    match(stage.reason(), /rct-\w+ names subnet-\w+, which exists\. Deploy with -c defaultSettings=false/);
    deepStrictEqual(stage.aws.drs.defaultTargets(), before);
  },
};

export const namedServers: Scenario = {
  name: 'named-servers',
  summary: 'servers that have no tags are named: who is no longer named is disconnected by the update, the others with the stack',
  settings: { speed: 20 },
  async play(stage) {
    stage.seed(...TWO, { sourceServerID: STANDBY, hostname: 'not-ours-01' });
    await stage.deployLandingZone({ sourceServerIds: `${APP},${DATABASE}` });
    await stage.show('Deployed: every server replicates');
    await stage.deployLandingZone({ sourceServerIds: APP }, 'UPDATE_COMPLETE');
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED', [STANDBY]: 'CONTINUOUS' });
    await stage.destroy();
    await stage.show('Deleted: the named servers are disconnected, the other one is not');
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED', [STANDBY]: 'CONTINUOUS' });
  },
};

export const stuckStagingArea: Scenario = {
  name: 'stuck-staging-area',
  summary: 'a replication server never leaves: the deletion fails and says which; once it is gone, deleting again succeeds',
  settings: { speed: 120, replicationServerLingers: Infinity },
  async play(stage) {
    await deployVariant(stage, 'fewer links');
    installAgents(stage);
    await stage.destroy('DELETE_FAILED');
    const reason = stage.reason();
    match(reason, /Machines of DRS are still in the staging area of vpc-\w+.*i-\w+ \(replication server, running in subnet-\w+\)/);
    await stage.expectStates(THREE);
    stage.timeline.say('Somebody terminates it by hand.');
    const [{ instanceId }] = stage.aws.drs.replicationServers();
    await stage.operator.terminateInstance(instanceId);
    await stage.destroy();
    deepStrictEqual(left(stage), {});
  },
};

/** What DRS has made by itself may outlive its machines, and hold a subnet. */
export const stuckNetworkInterface: Pick<Scenario, 'name' | 'settings' | 'play'> = {
  name: 'a network interface of DRS never leaves: the deletion fails and says how to delete it, and deleting again succeeds',
  settings: { speed: 120, networkInterfaceLingers: Infinity },
  async play(stage) {
    await deployVariant(stage, 'fewer links');
    installAgents(stage);
    await stage.destroy('DELETE_FAILED');
    match(
      stage.reason(),
      /Network interfaces of DRS are still in the staging area of vpc-\w+.*eni-\w+ \(network interface, available in subnet-\w+\)/,
    );
    await stage.expectStates(THREE);
    await stage.runCommandOf(stage.reason(), /delete-network-interface/);
    await stage.destroy();
    deepStrictEqual(left(stage), {});
  },
};

export const withoutDrain: Scenario = {
  name: 'without-drain',
  summary: 'the same landing zone, but nobody waits for DRS to leave: the servers are disconnected, and the VPC can not be deleted',
  settings: { speed: 240 },
  async play(stage) {
    await deployVariant(stage, 'nobody waits');
    installAgents(stage);
    await stage.destroy('DELETE_FAILED');
    await stage.expectStates(THREE);
    strictEqual(left(stage).vpcs, 1);
  },
};
