import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Duration, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import {
  type DisconnectionOptions,
  FleetDisconnection,
  RecoveryInstancePolicy,
  SourceServer,
  SourceServerDisconnection,
  SourceServerSelection,
  StagingAreaDrain,
} from '../../../lib';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import { roles, selections, servers, stagingArea } from './fixtures';
import type { SiblingBehaviour } from './sibling';

/** What an app declares in one stack. */
export interface StackSpec {
  readonly disconnections: readonly DisconnectionSpec[];
  readonly fleets?: readonly FleetSpec[];
  /** Of the staging area; how many links it has. What disconnects goes before it. */
  readonly drain?: number;
  readonly sibling?: SiblingBehaviour & {
    /** Whether the disconnections depend on it, or it on them. */
    readonly position?: 'before' | 'after';
  };
  readonly nested?: StackSpec;
}

/** What is absent is as by default. */
export interface DisconnectionSpec extends Options {
  readonly name: string;
  /** An index of `servers`. */
  readonly server: number;
}

export interface FleetSpec extends Options {
  readonly name: string;
  /** An index of `selections`. */
  readonly selection: number;
}

interface Options {
  readonly retain?: boolean;
  readonly policy?: 'DISCONNECT' | 'TERMINATE_DRILLS';
  readonly deleteSourceServer?: boolean;
  /** An index of `roles`. */
  readonly role?: number;
}

export const NESTED = 'Nested';

type Resource = { Type: string; Properties?: Record<string, unknown>; DependsOn?: string[] } & Record<string, unknown>;
type Resources = Record<string, Resource>;

/** A custom resource as the constructs write it, and all that it needs. */
interface Prototype {
  readonly resource: Resource;
  readonly needed: Resources;
}

/** By what they declare: a synthesis takes a while, even without the CDK's own check, which takes ten times as long. */
const prototypes = new Map<string, readonly Prototype[]>();

/** The resources of a type that a construct declares, each in a stack that is like any other, or in a nested one. */
function prototypesOf(type: string, isNested: boolean, kind: unknown, declare: (stack: Stack) => unknown): readonly Prototype[] {
  const name = JSON.stringify([type, isNested, kind]);
  const known = prototypes.get(name);
  if (known) {
    return known;
  }
  const outdir = mkdtempSync(path.join(tmpdir(), 'prototype-'));
  const root = new Stack(new App({ outdir, builtinCloudFormationValidation: false }), 'Prototype', {
    env: { account: defaultAccountId, region: defaultRegion },
  });
  const stack = isNested ? new NestedStack(root, 'Nested') : root;
  declare(stack);
  const all = (Template.fromStack(stack).toJSON() as { Resources: Resources }).Resources;
  rmSync(outdir, { recursive: true });
  const made = Object.values(all)
    .filter(({ Type }) => Type === type)
    .map((resource) => ({ resource, needed: neededBy(resource, all) }));
  prototypes.set(name, made);
  return made;
}

/** The grants are for the Region of the server. */
function disconnectionPrototype(options: Options, isNested = false, region = defaultRegion): Prototype {
  const { retain, policy, deleteSourceServer, role } = options;
  return prototypesOf(SOURCE_SERVER_DISCONNECTION, isNested, [retain, policy, deleteSourceServer, role, region], (stack) => {
    const account = role === undefined ? defaultAccountId : roles[role].accountId;
    const arn = stack.formatArn({ service: 'drs', account, region, resource: 'source-server', resourceName: 's-00000000000000000' });
    const sourceServer = SourceServer.fromSourceServerArn(stack, 'Server', arn);
    return new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, ...propsOf(stack, options) });
  })[0];
}

function fleetPrototype(fleet: FleetSpec, isNested: boolean): Prototype {
  const { selection: index, retain, policy, deleteSourceServer, role } = fleet;
  return prototypesOf(FLEET_DISCONNECTION, isNested, [index, retain, policy, deleteSourceServer, role], (stack) => {
    const { region, tags } = selections[index];
    const selection = tags ? SourceServerSelection.withTags(tags) : SourceServerSelection.all();
    return new FleetDisconnection(stack, 'Fleet', { selection, region, ...propsOf(stack, fleet) });
  })[0];
}

/** Its links, link 0 first. */
function drainPrototypes(links: number, isNested: boolean): readonly Prototype[] {
  return prototypesOf(STAGING_AREA_DRAIN, isNested, links, (stack) => {
    const { vpcId, subnetId } = stagingArea;
    const availabilityZones = [`${defaultRegion}a`];
    const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId, availabilityZones, publicSubnetIds: [subnetId] });
    return new StagingAreaDrain(stack, 'Drain', { vpc, timeout: Duration.minutes(14 * links), deleteSecurityGroups: true });
  });
}

function propsOf(stack: Stack, { retain, policy, deleteSourceServer, role }: Options): DisconnectionOptions {
  return {
    recoveryInstancePolicy: policy && RecoveryInstancePolicy[policy],
    deleteSourceServer,
    assumeRole: role === undefined ? undefined : Role.fromRoleArn(stack, 'Role', roles[role].arn),
    removalPolicy: retain ? RemovalPolicy.RETAIN : undefined,
  };
}

/** The resources that one refers to, and theirs; custom resources apart, which have another name here. */
function neededBy(resource: Resource, all: Resources, found: Resources = {}): Resources {
  const text = JSON.stringify(resource);
  const isMeant = (name: string) => text.includes(`"${name}"`) && !(name in found) && !all[name].Type.startsWith('Custom::');
  const names = Object.keys(all).filter(isMeant);
  names.forEach((name) => {
    found[name] = all[name];
    neededBy(all[name], all, found);
  });
  return found;
}

/** The template of a stack. `version` makes the sibling change with each deployment. */
export function templateOf(spec: StackSpec, version: number, templateUrl: (template: string) => string, isNested = false): string {
  const { disconnections, fleets = [], drain = 0, sibling, nested } = spec;
  const names = [...disconnections, ...fleets].map(({ name }) => name);
  const links = Array.from({ length: drain }, (_, link) => `Link${link}`);
  const resources: Resources = {
    // A stack needs a resource.
    Anchor: { Type: 'Test::Anchor' },
  };
  const add = (name: string, { resource, needed }: Prototype, more: Resource['Properties'], dependencies: readonly string[]) => {
    Object.assign(resources, needed);
    const own = (resource.DependsOn ?? []).filter((dependency) => dependency in needed);
    const before = sibling?.position === 'before' ? ['Sibling'] : [];
    resources[name] = { ...resource, Properties: { ...resource.Properties, ...more }, DependsOn: [...own, ...dependencies, ...before] };
  };
  for (const disconnection of disconnections) {
    const { arn, region } = servers[disconnection.server];
    add(disconnection.name, disconnectionPrototype(disconnection, isNested, region), { SourceServerArn: arn }, links);
  }
  for (const fleet of fleets) {
    add(fleet.name, fleetPrototype(fleet, isNested), {}, links);
  }
  links.forEach((name, link) => add(name, drainPrototypes(drain, isNested)[link], {}, links.slice(0, link)));
  if (sibling) {
    const { position, ...behaviour } = sibling;
    const Properties = { Behaviour: JSON.stringify(behaviour), Version: version };
    resources.Sibling = { Type: 'Test::Sibling', Properties, ...(position === 'after' ? { DependsOn: [...names, ...links] } : {}) };
  }
  if (nested) {
    const TemplateURL = templateUrl(templateOf(nested, version, templateUrl, true));
    resources[NESTED] = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    };
  }
  const attributes = [
    ...disconnections.flatMap(({ name }) => ['SourceServerHostname', 'DataReplicationState'].map((attribute) => [name, attribute])),
    ...fleets.map(({ name }) => [name, 'MatchingSourceServerCount']),
  ];
  const Outputs = Object.fromEntries(
    attributes.map(([name, attribute]) => [name + attribute, { Value: { 'Fn::GetAtt': [name, attribute] } }]),
  );
  return JSON.stringify({ Resources: resources, Outputs });
}

// When it is first used, the CDK takes random numbers, which must not be those of a sequence.
disconnectionPrototype({});
