import { randomUUID } from 'node:crypto';
import { Clock } from '../control/clock';
import { FaultErrorKind } from '../control/faults';
import { defaultAccountId, defaultRegion, partition } from '../defaults';
import { AwsError, Service, ServiceRequest, ServiceResponse } from '../http/service';
import { xmlElement, xmlResponse } from '../http/xml';
import { Iam } from '../iam/iam';
import { ResourceProviders } from '../resource-provider';
import { Settings } from '../settings';
import { DeletionsWithRetries } from './deletions-with-retries';
import { ec2Error, ec2Fault, refuseEc2 } from './errors';
import { settleInstances } from './instances';
import { Network } from './network';
import { Ec2Call, Operation } from './operation';
import { describeInstances, describeVolumes, terminateInstances } from './operations/instances';
import { deleteNetworkInterface, describeNetworkInterfaces } from './operations/network-interfaces';
import { describeAvailabilityZones, describeRouteTables, describeSubnets, describeVpcs, describeVpnGateways } from './operations/networks';
import { deleteSecurityGroup, describeSecurityGroups } from './operations/security-groups';
import { ec2Providers } from './providers/providers';
import { Ec2Query } from './query';

const version = '2016-11-15';
const namespace = `http://ec2.amazonaws.com/doc/${version}/`;

const operations: Readonly<Record<string, Operation>> = {
  DeleteNetworkInterface: deleteNetworkInterface,
  DeleteSecurityGroup: deleteSecurityGroup,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeInstances: describeInstances,
  DescribeNetworkInterfaces: describeNetworkInterfaces,
  DescribeRouteTables: describeRouteTables,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeVolumes: describeVolumes,
  DescribeVpcs: describeVpcs,
  DescribeVpnGateways: describeVpnGateways,
  TerminateInstances: terminateInstances,
};

/** Amazon EC2: networks that CloudFormation makes, what is in them, and what keeps them from being deleted. */
export class Ec2 implements Service {
  readonly signingName = 'ec2';
  readonly providers: ResourceProviders;
  private readonly networks = new Map<string, Network>();
  private readonly deletions: DeletionsWithRetries;

  constructor(private readonly parts: { clock: Clock; settings: Settings; iam: Iam }) {
    this.deletions = new DeletionsWithRetries(parts.clock, parts.settings.deletionRetries);
    this.providers = ec2Providers((accountId, region) => this.network(accountId, region), this.deletions);
  }

  /** What an account has in a Region, as it is now: instances that are due have gone. */
  network(accountId = defaultAccountId, region = defaultRegion): Network {
    const name = `${accountId}/${region}`;
    const network = this.networks.get(name) ?? new Network();
    this.networks.set(name, network);
    settleInstances(network, this.parts.clock.now());
    return network;
  }

  /** No deletion is tried again. */
  stop(): void {
    this.deletions.stop();
  }

  operationOf(request: ServiceRequest): string | undefined {
    const action = parametersOf(request).get('Action');
    return action !== null && Object.hasOwn(operations, action) ? action : undefined;
  }

  async handle(request: ServiceRequest): Promise<ServiceResponse> {
    const parameters = parametersOf(request);
    const action = this.operationOf(request) ?? '';
    const operation = operations[action];
    if (!operation) throw ec2Error('InvalidAction', `The action ${action} is not valid for this web service.`);
    if (parameters.get('Version') !== version) {
      throw ec2Error('NoSuchVersion', `The requested version (${parameters.get('Version')}) of service AmazonEC2 does not exist`);
    }
    const query = new Ec2Query(parameters);
    const isDryRun = query.flag('DryRun');
    const { authorize, run } = operation(query);
    query.refuseUnread();
    const call = this.callFor(action, request);
    authorize(call);
    if (isDryRun) throw ec2Error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    const result = run(call);
    return xmlResponse(200, xmlElement(`${action}Response`, { requestId: randomUUID(), ...result }, namespace));
  }

  refuse(error: AwsError): ServiceResponse {
    return refuseEc2(error);
  }

  faultError(kind: FaultErrorKind): AwsError {
    return ec2Fault(kind);
  }

  private callFor(action: string, { caller, region }: ServiceRequest): Ec2Call {
    const { clock, settings, iam } = this.parts;
    const { accountId } = caller;
    const inRegion = { 'aws:RequestedRegion': region, 'ec2:Region': region };
    return {
      now: clock.now(),
      accountId,
      region,
      settings,
      network: this.network(accountId, region),
      authorize: (resource, context) => iam.authorize(caller, `ec2:${action}`, resource, { ...inRegion, ...context }),
      arn: (resource) => `arn:${partition}:ec2:${region}:${accountId}:${resource}`,
    };
  }
}

function parametersOf({ query, body }: ServiceRequest): URLSearchParams {
  return body.length > 0 ? new URLSearchParams(body.toString()) : query;
}
