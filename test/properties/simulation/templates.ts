import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SourceServer, SourceServerDisconnection } from '../../../lib';
import { SOURCE_SERVER_DISCONNECTION } from '../../../lib/contract';
import { defaultAccountId, defaultRegion } from '../../../emulator/defaults';
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

export interface DisconnectionSpec {
  readonly name: string;
  /** An index of `servers`. */
  readonly server: number;
  readonly retain?: boolean;
}

export interface ServerSeed {
  readonly sourceServerID: string;
  readonly region: string;
  readonly arn: string;
  readonly kind: 'replicating' | 'extended' | 'missing';
}

const OTHER_REGION = 'us-west-2';

/** What specs refer to by index; the last one is referred to by nobody. */
export const servers: readonly ServerSeed[] = [
  server('0', defaultRegion, 'replicating'),
  server('1', defaultRegion, 'replicating'),
  server('2', defaultRegion, 'replicating'),
  server('3', OTHER_REGION, 'replicating'),
  server('4', defaultRegion, 'extended'),
  server('5', defaultRegion, 'missing'),
  server('6', defaultRegion, 'replicating'),
];

export const bystander = servers.length - 1;

export const NESTED = 'Nested';

type Resource = { Type: string; Properties?: Record<string, unknown>; DependsOn?: string[] } & Record<string, unknown>;
type Resources = Record<string, Resource>;

function server(digit: string, region: string, kind: ServerSeed['kind']): ServerSeed {
  const sourceServerID = `s-1a2b3c4d5e6f7000${digit}`;
  return { sourceServerID, region, arn: `arn:aws:drs:${region}:${defaultAccountId}:source-server/${sourceServerID}`, kind };
}

/** The custom resources as the constructs write them, of each server and removal policy; and all that they need, which is one for all. */
const { declarations, shared } = synthesize();

function synthesize() {
  const declared = new Map<string, Resource>();
  let others: Resources = {};
  for (const retain of [false, true]) {
    const stack = new Stack(new App(), 'Prototype', { env: { account: defaultAccountId, region: defaultRegion } });
    servers.forEach(({ sourceServerID, arn, region }, index) => {
      const sourceServer =
        region === defaultRegion
          ? SourceServer.fromSourceServerId(stack, `Server${index}`, sourceServerID)
          : SourceServer.fromSourceServerArn(stack, `Server${index}`, arn);
      const removalPolicy = retain ? RemovalPolicy.RETAIN : undefined;
      new SourceServerDisconnection(stack, `Disconnection${index}`, { sourceServer, removalPolicy });
    });
    const resources = Object.entries((Template.fromStack(stack).toJSON() as { Resources: Resources }).Resources);
    const isOurs = ([, { Type }]: [string, Resource]) => Type === SOURCE_SERVER_DISCONNECTION;
    resources.filter(isOurs).forEach(([, resource], index) => declared.set(declarationOf(index, retain), resource));
    others = Object.fromEntries(resources.filter((entry) => !isOurs(entry)));
  }
  return { declarations: declared, shared: others };
}

function declarationOf(index: number, retain = false): string {
  return `${index} ${retain ? 'retained' : 'disconnected'}`;
}

/** The template of a stack. `version` makes the sibling change with each deployment. */
export function templateOf(spec: StackSpec, version: number, templateUrl: (template: string) => string): string {
  const { disconnections, sibling, nested } = spec;
  const names = disconnections.map(({ name }) => name);
  const resources: Resources = {
    // A stack needs a resource.
    Anchor: { Type: 'Test::Anchor' },
    ...(disconnections.length > 0 ? shared : {}),
  };
  for (const { name, server: index, retain } of disconnections) {
    const declaration = declarations.get(declarationOf(index, retain))!;
    resources[name] = {
      ...declaration,
      DependsOn: [...(declaration.DependsOn ?? []), ...(sibling?.position === 'before' ? ['Sibling'] : [])],
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
