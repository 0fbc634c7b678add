import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { Clock } from '../control/clock';
import type { FaultErrorKind } from '../control/faults';
import { defaultAccountId, defaultRegion } from '../defaults';
import { Ec2 } from '../ec2/ec2';
import { jsonBody, jsonResponse, refuseRestJson } from '../http/json';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { Iam } from '../iam/iam';
import { ResourceProviders } from '../resource-provider';
import { Settings } from '../settings';
import type { DrsAccountState } from './account-state';
import { DrsAccountStates } from './account-states';
import { configurationTemplateProviders } from './configuration-templates';
import { drsFault, invalid, invalidFields, uninitializedAccount } from './errors';
import { inputShapes, isOperation, OperationName, problemsOf } from './input-shapes';
import { describeJobs, terminateRecoveryInstances } from './jobs';
import { launchRecoveryMachine } from './machines';
import type { DrsChange, ReplicationTarget } from './model';
import { DrsCall, Operation } from './operation';
import { deleteRecoveryInstance, describeRecoveryInstances, disconnectRecoveryInstance, stopFailback } from './recovery-instances';
import { ReplicationServer } from './replication-servers';
import {
  defaultStagingSubnetId,
  launchRecoveryInstance,
  newSourceServer,
  RecoveryInstanceSeed,
  replicatesHere,
  SourceServerSeed,
} from './seeds';
import {
  deleteSourceServer,
  describeSourceServers,
  disconnectSourceServer,
  getReplicationConfiguration,
  stopReplication,
} from './source-servers';
import { createTemplate, describeTemplates, removeTemplate, updateTemplate } from './template-operations';

const operations: Record<OperationName, Operation<never>> = {
  CreateLaunchConfigurationTemplate: createTemplate('launch'),
  CreateReplicationConfigurationTemplate: createTemplate('replication'),
  DeleteLaunchConfigurationTemplate: removeTemplate('launch'),
  DeleteReplicationConfigurationTemplate: removeTemplate('replication'),
  DescribeLaunchConfigurationTemplates: describeTemplates('launch'),
  DescribeReplicationConfigurationTemplates: describeTemplates('replication'),
  GetReplicationConfiguration: getReplicationConfiguration,
  UpdateLaunchConfigurationTemplate: updateTemplate('launch'),
  UpdateReplicationConfigurationTemplate: updateTemplate('replication'),
  DeleteRecoveryInstance: deleteRecoveryInstance,
  DeleteSourceServer: deleteSourceServer,
  DescribeJobs: describeJobs,
  DescribeRecoveryInstances: describeRecoveryInstances,
  DescribeSourceServers: describeSourceServers,
  DisconnectRecoveryInstance: disconnectRecoveryInstance,
  DisconnectSourceServer: disconnectSourceServer,
  StopFailback: stopFailback,
  StopReplication: stopReplication,
  TerminateRecoveryInstances: terminateRecoveryInstances,
};

/** AWS Elastic Disaster Recovery. */
export class Drs implements Service {
  readonly signingName = 'drs';
  readonly providers: ResourceProviders;
  private readonly accountStates: DrsAccountStates;
  private readonly listeners = new Set<(change: DrsChange) => void>();

  constructor(private readonly parts: { clock: Clock; settings: Settings; iam: Iam; ec2: Ec2 }) {
    this.accountStates = new DrsAccountStates(parts);
    this.providers = configurationTemplateProviders((...place) => this.accountStates.of(...place), parts.settings);
  }

  /** What an agent's installation does. */
  addSourceServer(seed: SourceServerSeed = {}): SourceServer {
    const accountState = this.accountStates.of(seed.accountId ?? defaultAccountId, seed.region ?? defaultRegion);
    const { extendedFrom } = seed;
    if (extendedFrom && this.sourceServer(idIn(extendedFrom))?.arn !== extendedFrom) {
      throw new Error(`There is no source server ${extendedFrom}.`);
    }
    const server = newSourceServer(seed, accountState, this.parts.clock.now());
    if (this.accountStates.holderOf(server.sourceServerID)) throw new Error(`There is a source server ${server.sourceServerID} already.`);
    accountState.initialized = true;
    accountState.sourceServers.set(server.sourceServerID, server);
    if (replicatesHere(server)) {
      const target = defaultReplicationTarget(accountState);
      const groupIds = seed.replicationServerSecurityGroupIds ?? target.securityGroupIds;
      accountState.replicationServers.join(server.sourceServerID, seed.stagingSubnetId ?? target.subnetId, groupIds);
    }
    return structuredClone(server);
  }

  /** What somebody does who gives every source server the default settings as they are now. */
  applyDefaultSettings(accountId = defaultAccountId, region = defaultRegion): void {
    const accountState = this.accountStates.of(accountId, region);
    const { subnetId, securityGroupIds } = defaultReplicationTarget(accountState);
    for (const server of accountState.sourceServers.values()) {
      if (!replicatesHere(server)) continue;
      accountState.replicationServers.leave(server.sourceServerID);
      accountState.replicationServers.join(server.sourceServerID, subnetId, securityGroupIds);
    }
  }

  /** What a drill or a recovery does. */
  addRecoveryInstance(seed: RecoveryInstanceSeed): RecoveryInstance {
    const accountState = this.accountStates.holderOf(seed.sourceServerID);
    const server = accountState?.sourceServers.get(seed.sourceServerID);
    if (!accountState || !server) throw new Error(`There is no source server ${seed.sourceServerID}.`);
    const instance = launchRecoveryInstance(seed, server, accountState, this.parts.clock.now());
    accountState.recoveryInstances.set(instance.recoveryInstanceID, instance);
    launchRecoveryMachine(instance, seed.subnetId, accountState.network(), this.parts.clock.now());
    return structuredClone(instance);
  }

  /** What somebody does who gives a source server other tags. */
  retag(sourceServerID: string, tags: Record<string, string>): void {
    const server = this.accountStates.holderOf(sourceServerID)?.sourceServers.get(sourceServerID);
    if (!server) throw new Error(`There is no source server ${sourceServerID}.`);
    server.tags = { ...tags };
  }

  sourceServers(accountId = defaultAccountId, region = defaultRegion): SourceServer[] {
    return structuredClone([...this.accountStates.of(accountId, region).sourceServers.values()]);
  }

  /** In whatever account and Region it is; undefined if its record is gone. */
  sourceServer(sourceServerID: string): SourceServer | undefined {
    return structuredClone(this.accountStates.holderOf(sourceServerID)?.sourceServers.get(sourceServerID));
  }

  recoveryInstances(accountId = defaultAccountId, region = defaultRegion): RecoveryInstance[] {
    return structuredClone([...this.accountStates.of(accountId, region).recoveryInstances.values()]);
  }

  /** The EC2 instances in staging subnets; each goes some minutes after the last source server has left it. */
  replicationServers(accountId = defaultAccountId, region = defaultRegion): ReplicationServer[] {
    return this.accountStates.of(accountId, region).replicationServers.list();
  }

  /** Where new servers replicate to, by each template that there is. */
  defaultTargets(accountId = defaultAccountId, region = defaultRegion): ReplicationTarget[] {
    return structuredClone([...this.accountStates.of(accountId, region).configurationTemplates.replication.values()]);
  }

  /** Makes an account and Region one where DRS was never used. */
  uninitialize(accountId = defaultAccountId, region = defaultRegion): void {
    this.accountStates.uninitialize(accountId, region);
  }

  /** Tells of every change that an operation makes; returns what ends the listening. */
  onChange(listener: (change: DrsChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  operationOf(request: ServiceRequest): OperationName | undefined {
    const name = request.path.slice(1);
    return request.method === 'POST' && isOperation(name) ? name : undefined;
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const name = this.operationOf(request);
    if (!name) throw new AwsError('UnknownOperationException', `DRS has no operation ${request.method} ${request.path}.`, 404);
    const body = jsonBody(request);
    if (!body) throw invalid('The request body is not a JSON object.', 'cannotParse');
    const problems = problemsOf(body, inputShapes[name]);
    if (problems.length > 0) throw invalidFields(problems);

    // The service model's constraints hold, so the body is this operation's input.
    const input = withoutNulls(body) as never;
    const call = this.callFor(name, request);
    operations[name].authorize(input, call);
    if (!call.accountState.initialized) throw uninitializedAccount();
    const result = operations[name].run(input, call);
    if (name === 'DeleteSourceServer') return { status: 204 };
    return jsonResponse(200, result ?? {});
  }

  refuse(error: AwsError): ServiceResponse {
    return refuseRestJson(error);
  }

  faultError(kind: FaultErrorKind, retryAfter?: number): AwsError {
    return drsFault(kind, retryAfter);
  }

  private callFor(operation: OperationName, { caller, region }: ServiceRequest): DrsCall {
    const { clock, settings, iam } = this.parts;
    const now = clock.now();
    const { accountId, arn: callerArn } = caller;
    return {
      now,
      caller,
      settings,
      holderOf: (id) => this.accountStates.holderOf(id),
      accountState: this.accountStates.of(accountId, region),
      authorize: (action, resource, context) => iam.authorize(caller, action, resource, { 'aws:RequestedRegion': region, ...context }),
      changed: (sourceServerID, recoveryInstanceID) => {
        const change = {
          time: now,
          operation,
          accountId,
          region,
          callerArn,
          sourceServerID,
          ...(recoveryInstanceID && { recoveryInstanceID }),
        };
        for (const listener of this.listeners) listener(change);
      },
    };
  }
}

function defaultReplicationTarget({ configurationTemplates }: DrsAccountState): ReplicationTarget {
  const [template] = configurationTemplates.replication.values();
  return template ?? { subnetId: defaultStagingSubnetId, securityGroupIds: [] };
}

function idIn(arn: string): string {
  return arn.split('/').pop() ?? '';
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}
