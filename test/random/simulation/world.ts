import type { RecoveryInstance, SourceServer } from '@aws-sdk/client-drs';
import { CloudFormation } from '../../../emulator/cloudformation/cloudformation';
import { Calls } from '../../../emulator/control/calls';
import { Clock } from '../../../emulator/control/clock';
import { Faults } from '../../../emulator/control/faults';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { Drs } from '../../../emulator/drs/drs';
import type { RecoveryInstanceSeed } from '../../../emulator/drs/seeds';
import { Ec2 } from '../../../emulator/ec2/ec2';
import { terminateInstance } from '../../../emulator/ec2/instances';
import { HttpGateway, openPort } from '../../../emulator/http/gateway';
import type { Service } from '../../../emulator/http/service';
import { Iam } from '../../../emulator/iam/iam';
import { logGroupProvider } from '../../../emulator/logs/log-group-provider';
import { LogStore } from '../../../emulator/logs/log-store';
import { defaultSettings, type Settings } from '../../../emulator/settings';
import { Sts } from '../../../emulator/sts/sts';
import { bystander, carries, roles, type ServerSeed, servers, setRole, staging, type Tags } from './fixtures';
import { SimulatedLambda } from './lambda';
import { SimulatedProcess } from './process';
import { Siblings } from './sibling';
import { addStagingAreas } from './staging-areas';

/** The embedded AWS in one process, in simulated time: with the same seed, everything happens in the same order. */
export class World {
  readonly clock = new Clock(1);
  readonly faults = new Faults(this.clock);
  readonly siblings = new Siblings(this.clock);
  readonly iam: Iam;
  readonly drs: Drs;
  readonly ec2: Ec2;
  readonly lambda: SimulatedLambda;
  readonly cloudFormation: CloudFormation;
  private readonly templates = new Map<string, Buffer>();
  private launched = 0;
  /** When the tags of a server were last changed, in milliseconds since 1970. */
  private readonly retagged = new Map<string, number>();

  static async start(chosen: Partial<Settings>, seed: number, invoked: (event: unknown) => void): Promise<World> {
    const process = await SimulatedProcess.start(seed);
    const settings = { ...defaultSettings, ...chosen, speed: 1 };
    const world = new World(settings, invoked, process);
    const gateway = new HttpGateway(await openPort(), {
      clock: world.clock,
      authenticator: world.iam,
      faults: world.faults,
      calls: new Calls(),
    });
    gateway.serve(world.cloudFormation, world.drs, world.ec2, new Sts(world.iam));
    process.setEndpoint(gateway.endpoint);
    await world.cloudFormation.start();
    roles.forEach((_, index) => setRole(world.iam, index, 'trusting'));
    await world.pass(settings.policyPropagation * 1000);
    return world;
  }

  private constructor(
    settings: Settings,
    invoked: (event: unknown) => void,
    private readonly process: SimulatedProcess,
  ) {
    const { clock, faults } = this;
    const iam = (this.iam = new Iam({ clock, settings }));
    const ec2 = (this.ec2 = new Ec2({ clock, settings, iam }));
    this.drs = new Drs({ clock, settings, iam, ec2 });
    const lambda = (this.lambda = new SimulatedLambda({ clock, iam }));
    const anchor = { physicalId: 'anchor', attributes: {} };
    const anchors = { create: () => Promise.resolve(anchor), update: () => Promise.resolve(anchor), delete: () => Promise.resolve() };
    this.cloudFormation = new CloudFormation({
      clock,
      settings,
      iam,
      faults,
      s3: { getObject: (_bucket, key) => this.templates.get(key) },
      calls: new Calls(),
      providers: {
        ...iam.providers,
        ...lambda.providers,
        'AWS::Logs::LogGroup': logGroupProvider(new LogStore()),
        'Test::Sibling': this.siblings,
        'Test::Anchor': anchors,
      },
      invoke: (functionArn, payload) => {
        invoked(payload);
        lambda.invoke(functionArn, payload);
      },
      certificate: { key: '', cert: '' },
    });
    addStagingAreas(ec2.network());
    this.addServers('replicating');
    this.addServers('extended');
    this.launch({ sourceServerID: servers[bystander].sourceServerID, isDrill: true });
  }

  /** Calls CloudFormation as the operator; false if that is refused. */
  cloudFormationAccepts(action: string, parameters: Record<string, string>): Promise<boolean> {
    const body = new URLSearchParams({ Action: action, ...parameters }).toString();
    return this.accepts(this.cloudFormation, defaultAccountId, defaultRegion, '/', body);
  }

  /** Calls DRS as the operator of a server's account; false if that is refused. */
  drsAccepts({ accountId, region }: ServerSeed, operation: string, input: object): Promise<boolean> {
    return this.accepts(this.drs, accountId, region, `/${operation}`, JSON.stringify(input));
  }

  /** The recovery instances of a server, as DRS knows them. */
  recoveryInstancesOf(sourceServerID: string): RecoveryInstance[] {
    const { accountId, region } = servers.find((server) => server.sourceServerID === sourceServerID)!;
    return this.drs.recoveryInstances(accountId, region).filter((instance) => instance.sourceServerID === sourceServerID);
  }

  /** What somebody does who gives a server other tags. */
  retag(sourceServerID: string, tags: Tags) {
    if (this.drs.sourceServer(sourceServerID)) {
      this.drs.retag(sourceServerID, tags);
      this.retagged.set(sourceServerID, Date.now());
    }
  }

  /** The servers of an account and Region that carry the tags by now; only those that have had them since before that time, if it is told. */
  serversWith(tags: Tags | undefined, accountId: string, region: string, since = Infinity): SourceServer[] {
    return this.drs
      .sourceServers(accountId, region)
      .filter((server) => carries(server.tags ?? {}, tags) && (this.retagged.get(server.sourceServerID ?? '') ?? 0) < since);
  }

  /** Launches a recovery instance. Their IDs, by which DRS sorts them, are counted: at random, nothing would happen in the same order again. */
  launch(seed: Omit<RecoveryInstanceSeed, 'ec2InstanceID'>) {
    this.drs.addRecoveryInstance({ ...seed, ec2InstanceID: `i-${String(++this.launched).padStart(17, '0')}` });
  }

  /** What somebody does who terminates a machine in EC2. */
  endMachine({ accountId, region }: ServerSeed, instanceId: string) {
    terminateInstance(this.ec2.network(accountId, region).instances.get(instanceId)!, this.clock.now());
  }

  storeTemplate(template: string): string {
    const key = `template-${this.templates.size}`;
    this.templates.set(key, Buffer.from(template));
    return `https://s3.${defaultRegion}.amazonaws.com/templates/${key}`;
  }

  /** Lets time pass. */
  pass(milliseconds: number): Promise<void> {
    return this.process.pass(milliseconds);
  }

  /** Lets time pass until something holds; false if it never does. */
  passUntil(holds: () => boolean): Promise<boolean> {
    return this.process.passUntil(holds);
  }

  stop() {
    this.process.stop();
  }

  private addServers(kind: ServerSeed['kind']) {
    for (const { subnetId, ...seed } of servers.filter((server) => server.kind === kind)) {
      const extendedFrom = kind === 'extended' ? servers[staging].arn : undefined;
      this.drs.addSourceServer({ ...seed, stagingSubnetId: subnetId, extendedFrom, hostname: `host-${seed.sourceServerID.slice(-1)}` });
    }
  }

  private async accepts(service: Service, accountId: string, region: string, path: string, body: string): Promise<boolean> {
    const { accessKeyId } = this.iam.operatorCredentials(accountId);
    const request = {
      method: 'POST',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(body),
      region,
      caller: this.iam.callerOf(accessKeyId)!,
    };
    return service.handle(request).then(
      () => true,
      () => false,
    );
  }
}
