import type { RecoveryInstance } from '@aws-sdk/client-drs';
import {
  type Assembly,
  type Context,
  removeAssembly,
  synthesizeLandingZone,
  synthesizeStack,
  templateFileOf,
} from '../../scenarios/assembly';
import { type DeploymentOptions, Stage } from '../../scenarios/runner';
import type { Plan, PlannedServer } from '../../cli/plan/plan-json';
import { plan, STACK } from './plan-command';

/** A stage on which every deletion and every update is planned before it begins, and compared with its plan once it is over. */
export class ForetoldStage extends Stage {
  override ofAccount(accountId: string): ForetoldStage {
    return new ForetoldStage(this.aws, this.timeline, accountId);
  }

  override async destroy(expected = 'DELETE_COMPLETE', stackName = STACK) {
    const planned = await plan(this, stackName);
    await this.compared(planned, () => super.destroy(expected, stackName));
    expect(expected).toBe(planned.clear ? 'DELETE_COMPLETE' : 'DELETE_FAILED');
  }

  override async deploy(...[declare, expected = 'CREATE_COMPLETE', options = {}]: Parameters<Stage['deploy']>) {
    const { stackName = STACK }: DeploymentOptions = options;
    await this.planned(
      stackName,
      expected,
      () => synthesizeStack(stackName, declare, this.operator.accountId),
      () => super.deploy(declare, expected, options),
    );
  }

  override async deployLandingZone(context: Context = {}, expected = 'CREATE_COMPLETE') {
    await this.planned(
      STACK,
      expected,
      () => synthesizeLandingZone(context),
      () => super.deployLandingZone(context, expected),
    );
  }

  private async planned(stackName: string, expected: string, synthesize: () => Promise<Assembly>, deploy: () => Promise<void>) {
    if ((await this.operator.statusOf(stackName)) === undefined) {
      await deploy();
      return;
    }
    const assembly = await synthesize();
    const planned = await plan(this, stackName, '--template', templateFileOf(assembly)).finally(() => removeAssembly(assembly));
    await this.compared(planned, deploy);
    expect(expected).toBe(planned.blockers.length > 0 ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE');
  }

  private async compared(planned: Plan, operate: () => Promise<void>) {
    const before = this.everything(planned);
    await operate();
    const after = this.everything(planned);
    expect(after).toEqual(planned.blockers.length > 0 ? before : foretold(planned, before));
  }

  /** Every source server and recovery instance of the accounts and Regions that the plan knows, and what DRS has in the subnets of drains. */
  private everything(planned: Plan): Everything {
    const { drs } = this.aws;
    const places = [planned.stack, ...serversOf(planned)].map(({ accountId, region }) => [accountId, region] as const);
    const servers = places.flatMap((place) => drs.sourceServers(...place));
    const instances = places
      .flatMap((place) => drs.recoveryInstances(...place))
      .filter(({ ec2InstanceState }) => ec2InstanceState !== 'TERMINATED');
    return {
      servers: Object.fromEntries(servers.map((server) => [server.sourceServerID, server.dataReplicationInfo?.dataReplicationState])),
      instances: Object.fromEntries(instances.map((instance) => [instance.recoveryInstanceID, stateOf(instance)])),
    };
  }
}

interface Everything {
  readonly servers: Readonly<Record<string, string | undefined>>;
  readonly instances: Readonly<Record<string, string>>;
}

/** What is left of everything if what is planned happens, and nothing else. */
function foretold(planned: Plan, before: Everything): Everything {
  const servers = { ...before.servers };
  const instances = { ...before.instances };
  for (const { sourceServerId, verdict, reason, recoveryInstances } of serversOf(planned)) {
    if (verdict === 'disconnect') {
      servers[sourceServerId] = 'DISCONNECTED';
    }
    if (verdict === 'delete-record' || String(reason).includes('its record is deleted, too')) {
      delete servers[sourceServerId];
    }
    for (const { recoveryInstanceId, then } of recoveryInstances) {
      if (then === 'terminated') {
        delete instances[recoveryInstanceId];
      }
      if (then === 'disconnected') {
        instances[recoveryInstanceId] = 'RUNNING DISCONNECTED';
      }
    }
  }
  return { servers, instances };
}

function serversOf({ resources }: Plan): PlannedServer[] {
  return resources.flatMap((resource) => [
    ...('sourceServer' in resource && resource.sourceServer ? [resource.sourceServer] : []),
    ...('sourceServers' in resource ? resource.sourceServers : []),
  ]);
}

function stateOf({ ec2InstanceState, dataReplicationInfo }: RecoveryInstance): string {
  return `${ec2InstanceState} ${dataReplicationInfo?.dataReplicationState}`;
}
