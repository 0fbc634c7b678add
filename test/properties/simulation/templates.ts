import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
import { RecoveryInstancePolicy, SourceServer, SourceServerDisconnection } from '../../../lib';
import { SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { roles, servers } from './estate';
import type { SiblingBehaviour } from './sibling';

/** What an app declares in one stack. */
export interface StackSpec {
  readonly disconnections: readonly DisconnectionSpec[];
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

/** A custom resource as the constructs write it, for whatever server; and all that it needs. */
interface Prototype {
  readonly resource: Resource;
  readonly needed: Resources;
}

const prototypes = synthesize();

/** All prototypes are of one stack: a synthesis takes a while. */
function synthesize(): ReadonlyMap<string, Prototype> {
  const stack = new Stack(new App(), 'Prototype', { env: { account: defaultAccountId, region: defaultRegion } });
  const combinations = allOptions();
  combinations.forEach((options, index) => {
    const { retain, policy, deleteSourceServer, role } = options;
    const account = role === undefined ? defaultAccountId : roles[role].accountId;
    const arn = stack.formatArn({
      service: 'drs',
      account,
      resource: 'source-server',
      resourceName: `s-${String(index).padStart(17, '0')}`,
    });
    new SourceServerDisconnection(stack, `Disconnection${index}`, {
      sourceServer: SourceServer.fromSourceServerArn(stack, `Server${index}`, arn),
      recoveryInstancePolicy: policy && RecoveryInstancePolicy[policy],
      deleteSourceServer,
      assumeRole: role === undefined ? undefined : Role.fromRoleArn(stack, `Role${index}`, roles[role].arn),
      removalPolicy: retain ? RemovalPolicy.RETAIN : undefined,
    });
  });
  const all = (Template.fromStack(stack).toJSON() as { Resources: Resources }).Resources;
  const declared = Object.values(all).filter(({ Type }) => Type === SOURCE_SERVER_DISCONNECTION);
  return new Map(declared.map((resource, index) => [nameOf(combinations[index]), { resource, needed: neededBy(resource, all) }]));
}

function allOptions(): Options[] {
  return [false, true].flatMap((retain) =>
    [undefined, 'DISCONNECT' as const, 'TERMINATE_DRILLS' as const].flatMap((policy) =>
      [false, true].flatMap((deleteSourceServer) =>
        [undefined, ...roles.keys()].map((role) => ({ retain, policy, deleteSourceServer, role })),
      ),
    ),
  );
}

function nameOf({ retain = false, policy, deleteSourceServer = false, role }: Options): string {
  return JSON.stringify([retain, policy, deleteSourceServer, role]);
}

/** The resources that one refers to, and theirs. */
function neededBy(resource: Resource, all: Resources, found: Resources = {}): Resources {
  const text = JSON.stringify(resource);
  const names = Object.keys(all).filter((name) => text.includes(`"${name}"`) && !(name in found));
  names.forEach((name) => {
    found[name] = all[name];
    neededBy(all[name], all, found);
  });
  return found;
}

/** The template of a stack. `version` makes the sibling change with each deployment. */
export function templateOf(spec: StackSpec, version: number, templateUrl: (template: string) => string): string {
  const { disconnections, sibling, nested } = spec;
  const names = disconnections.map(({ name }) => name);
  const resources: Resources = {
    // A stack needs a resource.
    Anchor: { Type: 'Test::Anchor' },
  };
  for (const disconnection of disconnections) {
    const { resource, needed } = prototypes.get(nameOf(disconnection))!;
    Object.assign(resources, needed);
    resources[disconnection.name] = {
      ...resource,
      Properties: { ...resource.Properties, SourceServerArn: servers[disconnection.server].arn },
      DependsOn: [...(resource.DependsOn ?? []), ...(sibling?.position === 'before' ? ['Sibling'] : [])],
    };
  }
  if (sibling) {
    const { position, ...behaviour } = sibling;
    const Properties = { Behaviour: JSON.stringify(behaviour), Version: version };
    resources.Sibling = { Type: 'Test::Sibling', Properties, ...(position === 'after' ? { DependsOn: names } : {}) };
  }
  if (nested) {
    const TemplateURL = templateUrl(templateOf(nested, version, templateUrl));
    resources[NESTED] = {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    };
  }
  const attributes = names.flatMap((name) =>
    ['SourceServerHostname', 'DataReplicationState'].map((attribute) => [name, attribute] as const),
  );
  const Outputs = Object.fromEntries(
    attributes.map(([name, attribute]) => [name + attribute, { Value: { 'Fn::GetAtt': [name, attribute] } }]),
  );
  return JSON.stringify({ Resources: resources, Outputs });
}
