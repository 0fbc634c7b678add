import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { zipSync } from 'fflate';
import type { Stage } from '../../scenarios/runner';
import { defaultRegion } from '../../emulator/defaults';
import { LandingZoneStack as Adopted } from '../../examples/adopt/after';
import { LandingZoneStack as NotYetAdopted } from '../../examples/adopt/before';
import { FleetStack } from '../../examples/fleet-by-tag/stacks';
import { LandingZoneStack } from '../../examples/landing-zone-with-drain/stacks';
import { ServersStack, type Step, STEPS } from '../../examples/move-between-stacks/stacks';
import { SingleServerStack } from '../../examples/single-server/stacks';
import { RollOutStack } from '../../examples/stack-sets/stacks';
import { onStage } from './with-emulator';

// The examples, torn down. Not here: cross-account is a scenario, pipelines deploys what fleet-by-tag does, and python needs Python.

const [APP, DATABASE] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002'] as const;
const TAGS = { 'landing-zone': 'payments' };
const BOTH_REPLICATE = { [APP]: 'CONTINUOUS', [DATABASE]: 'CONTINUOUS' };
const ONLY_APP_IS_DISCONNECTED = { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' };

/** The first of two servers carries the tag, and both replicate into the given subnet. */
const seed = (stage: Stage, stagingSubnetId?: string) =>
  stage.seed({ sourceServerID: APP, tags: TAGS, stagingSubnetId }, { sourceServerID: DATABASE });
const subnetIn = (stage: Stage) => stage.aws.ec2.network().subnets.all()[0].subnetId;
const vpcsIn = (stage: Stage) => stage.aws.ec2.network().vpcs.size;

test('single-server: its server is disconnected, another one is not', () =>
  onStage({}, async (stage) => {
    seed(stage);
    await stage.deployApp('SingleServer', (app) => new SingleServerStack(app, 'SingleServer', { sourceServerId: APP }));
    await stage.expectStates(BOTH_REPLICATE);
    await stage.destroy('DELETE_COMPLETE', 'SingleServer');
    await stage.expectStates(ONLY_APP_IS_DISCONNECTED);
  }));

test('fleet-by-tag: the server with the tag is disconnected, although it came after the stack', () =>
  onStage({}, async (stage) => {
    await stage.deployApp('Fleet', (app) => new FleetStack(app, 'Fleet', { landingZone: 'payments' }));
    seed(stage);
    await stage.destroy('DELETE_COMPLETE', 'Fleet');
    await stage.expectStates(ONLY_APP_IS_DISCONNECTED);
  }));

test('landing-zone-with-drain: DRS leaves the subnets, and then the VPC goes', () =>
  onStage({ speed: 120 }, async (stage) => {
    await stage.deployApp('LandingZone', (app) => new LandingZoneStack(app, 'LandingZone', { landingZone: 'payments' }));
    seed(stage, subnetIn(stage));
    await stage.destroy('DELETE_COMPLETE', 'LandingZone');
    await stage.expectStates(ONLY_APP_IS_DISCONNECTED);
    expect(vpcsIn(stage)).toBe(0);
  }));

describe('adopt', () => {
  test('the deployment changes nothing that is there, and the teardown takes all of it', () =>
    onStage({ speed: 120 }, async (stage) => {
      await stage.deployApp('LandingZone', (app) => new NotYetAdopted(app, 'LandingZone'));
      seed(stage, subnetIn(stage));
      const before = stage.aws.ec2.network().vpcs.all();
      await stage.deployApp('LandingZone', (app) => new Adopted(app, 'LandingZone'), 'UPDATE_COMPLETE');
      expect(stage.aws.ec2.network().vpcs.all()).toEqual(before);
      await stage.expectStates(BOTH_REPLICATE);
      await stage.destroy('DELETE_COMPLETE', 'LandingZone');
      await stage.expectStates(ONLY_APP_IS_DISCONNECTED);
      expect(vpcsIn(stage)).toBe(0);
    }));

  test('the templates differ by what the README shows, and by nothing else', () => {
    const [before, after] = [NotYetAdopted, Adopted].map((LandingZone) => Template.fromStack(new LandingZone(new App(), 'LandingZone')));
    const { Resources: old, ...rest } = before.toJSON() as { Resources: Record<string, { Type: string }> };
    expect(after.toJSON()).toMatchObject({ Resources: old, ...rest });
    const { Resources: all } = after.toJSON() as { Resources: Record<string, { Type: string }> };
    const added = Object.entries(all).flatMap(([id, { Type }]) => (id in old ? [] : [`${Type} ${id}`]));
    const shown = Array.from(readFileSync('examples/adopt/README.md', 'utf8').matchAll(/^\[\+\] (\S+) (\S+)$/gm));
    // A logical ID is the path, without its last part if that is 'Resource', and a hash.
    const pathOf = (shownPath: string) => shownPath.replace('/Resource', '').replaceAll('/', '');
    expect(shown.map(([, type, at]) => `${type} ${pathOf(at)}`).sort()).toEqual(added.map((each) => each.slice(0, -8)).sort());
  });
});

describe('move-between-stacks', () => {
  const STACKS = ['From', 'To'] as const;
  const removalPolicyIn = (stack: (typeof STACKS)[number], { from, to }: Step) => (stack === 'From' ? from : to);
  const newStack = (app: App, name: (typeof STACKS)[number], step: Step) =>
    new ServersStack(app, name, { sourceServerId: APP, removalPolicy: removalPolicyIn(name, step) });

  /** Deploys both stacks, but for one that doesn't change: CloudFormation refuses that, and the CDK leaves it out. */
  async function take(stage: Stage, step: Step, before?: Step) {
    for (const name of STACKS.filter((each) => !before || removalPolicyIn(each, step) !== removalPolicyIn(each, before))) {
      await stage.deployApp(name, (app) => newStack(app, name, step), before ? 'UPDATE_COMPLETE' : 'CREATE_COMPLETE');
    }
  }

  test('no step disconnects the server; then it belongs to the stack that it moved to', () =>
    onStage({}, async (stage) => {
      seed(stage);
      for (const [index, step] of STEPS.entries()) {
        await take(stage, step, STEPS[index - 1]);
        await stage.expectStates(BOTH_REPLICATE);
      }
      await stage.destroy('DELETE_COMPLETE', 'From');
      await stage.expectStates(BOTH_REPLICATE);
      await stage.destroy('DELETE_COMPLETE', 'To');
      await stage.expectStates(ONLY_APP_IS_DISCONNECTED);
      expect(stage.requestsFor(APP)).toEqual(['Create', 'Update', 'Create', 'Delete']);
    }));

  test('without RETAIN first, the server is disconnected although the other stack declares it', () =>
    onStage({}, async (stage) => {
      seed(stage);
      await take(stage, STEPS[0]);
      await take(stage, { ...STEPS[0], ...STEPS[3] }, STEPS[0]);
      await take(stage, STEPS[3], { ...STEPS[0], ...STEPS[3] });
      await stage.expectStates(ONLY_APP_IS_DISCONNECTED);
    }));

  test('the templates say what the README shows, step by step', () => {
    const policies = STEPS.map((step, index) => {
      const shown = STACKS.map((name) => {
        const [resource] = Object.values(
          Template.fromStack(newStack(new App(), name, step)).findResources('Custom::DRSSourceServerDisconnection'),
        ) as { DeletionPolicy: string }[];
        return resource ? `\`${resource.DeletionPolicy}\`` : '–';
      });
      return [String(index), ...shown];
    });
    const rows = readFileSync('examples/move-between-stacks/README.md', 'utf8').matchAll(/^\| (\d) +\| (\S+) +\| (\S+) +\|/gm);
    expect(Array.from(rows, ([, ...cells]) => cells)).toEqual(policies);
  });
});

describe('stack-sets', () => {
  const ADMINISTRATOR = '111122223333';
  const ACCOUNTS = ['444455556666', '777788889999'] as const;
  const IDS = { [ACCOUNTS[0]]: APP, [ACCOUNTS[1]]: DATABASE };
  const STACK = 'StackSet-DisasterRecoveryLandingZone-0a1b2c3d';

  interface RollOut {
    /** What every account gets. */
    readonly template: string;
    /** Of the function's code: where it is copied to, and what. */
    readonly bucketName: string;
    readonly objectKey: string;
    readonly code: Uint8Array;
  }

  const directory = mkdtempSync(path.join(tmpdir(), 'roll-out-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  function synthesizeRollOut(): RollOut {
    const app = new App({ outdir: directory });
    const stack = new RollOutStack(app, 'RollOut', {
      env: { account: ADMINISTRATOR, region: defaultRegion },
      organizationId: 'o-a1b2c3d4e5',
      organizationalUnitId: 'ou-ab12-cdef3456',
      assetBucketPrefix: 'example-corp-disaster-recovery',
    });
    app.synth();
    const [copy] = Object.values(Template.fromStack(stack).findResources('Custom::CDKBucketDeployment')) as {
      Properties: { SourceObjectKeys: string[] };
    }[];
    const [bucket] = Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket')) as { Properties: { BucketName: string } }[];
    const [objectKey] = copy.Properties.SourceObjectKeys;
    const template = readFileSync(path.join(directory, (stack.node.findChild('LandingZone') as Stack).templateFile), 'utf8');
    const files = readdirSync('bundle').map((file): [string, Uint8Array] => [file, readFileSync(path.join('bundle', file))]);
    return { template, bucketName: bucket.Properties.BucketName, objectKey, code: zipSync(Object.fromEntries(files)) };
  }

  /** Deploys the template to the accounts as StackSets would. The administrator's stack has copied the code to its bucket by then. */
  async function rollOut(stage: Stage): Promise<Stage[]> {
    const { template, bucketName, objectKey, code } = synthesizeRollOut();
    await stage.ofAccount(ADMINISTRATOR).deploy((stack) => void new Bucket(stack, 'Assets', { bucketName }));
    stage.aws.s3.putObject(bucketName, objectKey, Buffer.from(code));
    const accounts = ACCOUNTS.map((account) => stage.ofAccount(account));
    for (const [index, account] of accounts.entries()) {
      account.seed({ sourceServerID: IDS[ACCOUNTS[index]], tags: TAGS });
      const instance = mkdtempSync(path.join(tmpdir(), 'stack-instance-'));
      writeFileSync(path.join(instance, `${STACK}.assets.json`), JSON.stringify({ files: {} }));
      expect(await account.operator.deploy({ directory: instance, stackName: STACK }, { TemplateBody: template })).toBe('CREATE_COMPLETE');
    }
    return accounts;
  }

  test('an account whose stack StackSets deletes is disconnected, the others are not; then the stack set goes', () =>
    onStage({}, async (stage) => {
      const [leaves, stays] = await rollOut(stage);
      await leaves.destroy('DELETE_COMPLETE', STACK);
      await leaves.expectStates({ [APP]: 'DISCONNECTED' });
      await stays.expectStates({ [DATABASE]: 'CONTINUOUS' });
      await stays.destroy('DELETE_COMPLETE', STACK);
      await stays.expectStates({ [DATABASE]: 'DISCONNECTED' });
    }));
});
