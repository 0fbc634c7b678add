import type { RecoveryInstance } from '@aws-sdk/client-drs';
import type { CustomResourceEvent } from '../../../emulator/cloudformation/custom-resource-response';
import { bystander, servers, setRole, tagSets } from './fixtures';
import { forge } from './forgery';
import type { Ledger, RootStack } from './ledger';
import type { Action, InstanceKind, StackName } from './steps';
import { templateOf } from './templates';
import type { World } from './world';

const CAPABILITIES = { 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM', 'Capabilities.member.2': 'CAPABILITY_AUTO_EXPAND' };
/** The services of the operations that are not DRS's. */
const FAULTY = {
  PutResponse: 'cloudformation-response',
  DescribeStacks: 'cloudformation',
  DescribeStackEvents: 'cloudformation',
  ListStackResources: 'cloudformation',
  AssumeRole: 'sts',
  DescribeInstances: 'ec2',
  DescribeNetworkInterfaces: 'ec2',
  DescribeSecurityGroups: 'ec2',
  DeleteSecurityGroup: 'ec2',
};
/** So many recovery instances a server has at most. */
const MOST_INSTANCES = 3;

let versions = 0;

/** Carries out an action; one that makes no sense at the moment does nothing. */
export async function perform(action: Action, world: World, ledger: Ledger): Promise<void> {
  switch (action.do) {
    case 'deploy':
      return deploy(action, world, ledger);
    case 'delete':
      return remove(action, world, ledger);
    case 'age':
      return age(action.stack, world, ledger);
    case 'cancel update':
      return void (await world.cloudFormationAccepts('CancelUpdateStack', { StackName: action.stack }));
    case 'continue rollback': {
      const { resources } = ledger.get(action.stack);
      const skipped = action.skip ? list('ResourcesToSkip', failedIn(resources, 'UPDATE_FAILED')) : {};
      return void (await world.cloudFormationAccepts('ContinueUpdateRollback', { StackName: action.stack, ...skipped }));
    }
    case 'roll back':
      return void (await world.cloudFormationAccepts('RollbackStack', { StackName: action.stack }));
    case 'launch':
      return launch(action, world);
    case 'start failback':
      return startFailback(action.server, world);
    case 'stop failback':
      return stopFailback(action.server, world);
    case 'end recovery':
      return endRecovery(action.server, world);
    case 'end machine':
      return endMachine(action.server, world);
    case 'disconnect by hand':
      return void (await byHand('DisconnectSourceServer', action.server, world));
    case 'delete by hand':
      await byHand('DisconnectSourceServer', action.server, world);
      return void (await byHand('DeleteSourceServer', action.server, world));
    case 'tag':
      return world.retag(servers[action.server].sourceServerID, tagSets[action.tags]);
    case 'change role':
      return setRole(world.iam, action.role, action.to);
    case 'deliver again':
      return deliverAgain(action.last, world);
    case 'forge':
      return forgeRequest(action, world);
    case 'fail': {
      const service = FAULTY[action.operation as keyof typeof FAULTY] ?? 'drs';
      return world.faults.add({ ...action, service });
    }
    case 'kill':
      return world.lambda.kill(action);
    case 'clear faults':
      world.faults.clear();
      return world.lambda.spare();
    case 'nothing':
  }
}

/** The servers that have a recovery instance, by index. */
export function heldServers(world: World): number[] {
  return servers.flatMap((server, index) =>
    index !== bystander && world.recoveryInstancesOf(server.sourceServerID).length > 0 ? [index] : [],
  );
}

async function deploy({ stack: name, spec, onFailure, express }: Deploy, world: World, ledger: Ledger) {
  const existing = ledger.get(name);
  if (['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_FAILED'].includes(existing.status)) {
    await remove({ stack: name }, world, ledger);
    await world.passUntil(() => existing.phase === 'at rest');
  }
  const stack = ledger.get(name);
  const before = stack.target;
  stack.target = spec;
  const parameters = {
    StackName: name,
    TemplateBody: templateOf(spec, ++versions, (template) => world.storeTemplate(template)),
    ...CAPABILITIES,
    ...modeOf(express),
  };
  const accepted = await world.cloudFormationAccepts(
    stack.stackId ? 'UpdateStack' : 'CreateStack',
    stack.stackId
      ? { ...parameters, ...(express && !onFailure ? {} : { DisableRollback: String(onFailure === 'DO_NOTHING') }) }
      : { ...parameters, ...(express && !onFailure ? {} : { OnFailure: onFailure ?? 'ROLLBACK' }) },
  );
  if (!accepted) {
    stack.target = before;
  }
}

type Deploy = Omit<Extract<Action, { do: 'deploy' }>, 'do'>;
type Remove = Omit<Extract<Action, { do: 'delete' }>, 'do'>;

function modeOf(express: true | undefined): Record<string, string> {
  return express ? { 'DeploymentConfig.Mode': 'EXPRESS' } : {};
}

async function remove({ stack: name, how, express }: Remove, world: World, ledger: Ledger) {
  const stack = ledger.get(name);
  if (!stack.stackId || stack.status === 'DELETE_IN_PROGRESS') {
    return;
  }
  const before = stack.userDeletes;
  stack.userDeletes = true;
  const retained = how === 'retain' && stack.status === 'DELETE_FAILED' ? failedIn(stack.resources, 'DELETE_FAILED') : [];
  const force: Record<string, string> = how === 'force' && stack.status === 'DELETE_FAILED' ? { DeletionMode: 'FORCE_DELETE_STACK' } : {};
  const accepted = await world.cloudFormationAccepts('DeleteStack', {
    StackName: name,
    ...modeOf(express),
    ...force,
    ...list('RetainResources', retained),
  });
  if (!accepted) {
    stack.userDeletes = before;
    return;
  }
  retained.forEach((logicalId) => stack.retained.add(stack.resources.get(logicalId)!.physicalId));
}

const YEAR = 365 * 86_400_000;

/** Of one that never was complete, nobody could tell that any more: said in docs/reliability.md. */
function age(name: StackName, world: World, ledger: Ledger) {
  const { wasComplete, phase } = ledger.get(name);
  if (wasComplete && phase === 'at rest') {
    world.cloudFormation.age(name, YEAR);
  }
}

function failedIn(resources: RootStack['resources'], status: string): string[] {
  return [...resources].filter(([, resource]) => resource.status === status).map(([logicalId]) => logicalId);
}

function list(name: string, items: readonly string[]): Record<string, string> {
  return Object.fromEntries(items.map((item, index) => [`${name}.member.${index + 1}`, item]));
}

function launch({ server: index, kinds }: { readonly server: number; readonly kinds: readonly InstanceKind[] }, world: World) {
  const { sourceServerID } = servers[index];
  const server = world.drs.sourceServer(sourceServerID);
  const isReplicating = server !== undefined && server.dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
  const room = isReplicating ? MOST_INSTANCES - world.recoveryInstancesOf(sourceServerID).length : 0;
  for (const kind of kinds.slice(0, Math.max(0, room))) {
    world.launch({ sourceServerID, isDrill: kind === 'unknown' ? kind : kind === 'drill' });
  }
}

/** Launched once more as the same instance: the embedded DRS has no agents that fail back. */
function startFailback(index: number, world: World) {
  const running = world.recoveryInstancesOf(servers[index].sourceServerID).filter(isRunning).at(-1);
  if (running) {
    const { sourceServerID = '', isDrill = 'unknown', ec2InstanceID } = running;
    world.drs.addRecoveryInstance({ sourceServerID, isDrill, ec2InstanceID, failbackState: 'FAILBACK_IN_PROGRESS' });
  }
}

/** One that is neither being terminated nor disconnected. */
function isRunning({ ec2InstanceState, dataReplicationInfo }: RecoveryInstance): boolean {
  return ec2InstanceState === 'RUNNING' && dataReplicationInfo?.dataReplicationState !== 'DISCONNECTED';
}

async function stopFailback(index: number, world: World) {
  for (const { recoveryInstanceID } of world.recoveryInstancesOf(servers[index].sourceServerID)) {
    await world.drsAccepts(servers[index], 'StopFailback', { recoveryInstanceID });
  }
}

async function endRecovery(index: number, world: World) {
  for (const { recoveryInstanceID } of world.recoveryInstancesOf(servers[index].sourceServerID)) {
    await world.drsAccepts(servers[index], 'DisconnectRecoveryInstance', { recoveryInstanceID });
    await world.drsAccepts(servers[index], 'DeleteRecoveryInstance', { recoveryInstanceID });
  }
}

function endMachine(index: number, world: World) {
  const running = world.recoveryInstancesOf(servers[index].sourceServerID).filter(isRunning).at(-1);
  if (running) {
    world.endMachine(servers[index], running.ec2InstanceID!);
  }
}

function byHand(operation: string, index: number, world: World): Promise<boolean> {
  return world.drsAccepts(servers[index], operation, { sourceServerID: servers[index].sourceServerID });
}

function deliverAgain(last: number, world: World) {
  const event = world.cloudFormation.customResourceRequests.at(-last)?.event;
  if (event) {
    invoke(event, world);
  }
}

function forgeRequest({ last, other, change, url }: Extract<Action, { do: 'forge' }>, world: World) {
  const requests = world.cloudFormation.customResourceRequests;
  const copied = requests.at(-last)?.event;
  if (copied) {
    invoke(forge(copied, requests.at(-last - other)?.event ?? copied, change, url), world);
  }
}

function invoke(event: CustomResourceEvent, world: World) {
  try {
    world.lambda.invoke(event.ServiceToken, event);
  } catch {
    // The function is gone, and its events with it.
  }
}
