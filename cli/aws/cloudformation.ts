import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateDescribeStackEvents,
  paginateListExports,
  paginateListStackResources,
  type Parameter,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../lib/contract';
import { isNamed, listIn } from '../../lambda/aws/retry';
import { Failure } from '../../lambda/aws/errors';
import { command, join, say } from '../../lambda/aws/message';
import { historyOf, isOlderThanEvents, wasCompleteIn } from '../../lambda/protocol/stack-history';
import { parseStackId, type StackIdentity } from '../../lambda/aws/stack-id';
import { type DeployedResource, type DeployedStack, parseTemplate, type Template } from '../template/template';
import { withReadableErrors } from './errors';
import type { Session } from './session';

export const OUR_TYPES: readonly string[] = [SOURCE_SERVER_DISCONNECTION, FLEET_DISCONNECTION, STAGING_AREA_DRAIN];
export const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** CloudFormation, asked about stacks; it changes nothing. */
export class Stacks {
  private readonly client: CloudFormationClient;
  private exported?: Promise<ReadonlyMap<string, string>>;

  constructor(private readonly session: Session) {
    this.client = new CloudFormationClient(session.configuration());
  }

  /**
   * The stack of this name or ID, and what is nested in it.
   *
   * @throws Failure if there is none, or it can't be read
   */
  async read(nameOrId: string): Promise<DeployedStack> {
    this.refuseOtherRegion(nameOrId);
    const stack = await this.describe(nameOrId);
    const identity = parseStackId(stack.StackId ?? nameOrId);
    if (!identity) {
      throw new Failure(say`CloudFormation did not tell the ID of the stack ${nameOrId}. Try again.`);
    }
    const resources = stack.StackStatus === 'REVIEW_IN_PROGRESS' ? [] : await this.resourcesOf(identity);
    const children = resources.filter(({ type, physicalId }) => type === NESTED_STACK && physicalId.startsWith('arn:'));
    const matters = children.length > 0 || resources.some(({ type }) => OUR_TYPES.includes(type));
    const nested = children.map(async ({ logicalId, physicalId }) => [logicalId, await this.read(physicalId)] as const);
    return {
      identity,
      status: stack.StackStatus ?? 'UNKNOWN',
      isProtected: stack.EnableTerminationProtection ?? false,
      parentId: stack.ParentId,
      parameters: Object.fromEntries((stack.Parameters ?? []).map((parameter) => [parameter.ParameterKey ?? '', valueOf(parameter)])),
      outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
      resources: new Map(resources.map((resource) => [resource.logicalId, resource])),
      template: matters ? await this.templateOf(identity) : undefined,
      nested: new Map(await Promise.all(nested)),
    };
  }

  /** The stacks that one is nested in, given its parent; the root last. */
  async ancestors(parentId: string | undefined): Promise<Stack[]> {
    const parent = parentId === undefined ? undefined : await this.describe(parentId);
    return parent ? [parent, ...(await this.ancestors(parent.ParentId))] : [];
  }

  /** Whether a create, an update or an import of the stack was ever completed; undefined if that can't be told. Its events are read only where its status doesn't tell. */
  async wasEverComplete(id: string): Promise<boolean | undefined> {
    const { StackStatus, CreationTime } = await this.describe(id);
    const byStatus = wasCompleteIn(StackStatus);
    if (byStatus !== undefined) {
      return byStatus;
    }
    const { wasComplete, newest } = await withReadableErrors('cloudformation:DescribeStackEvents', () => historyOf(id, this.eventsOf(id)));
    return wasComplete ?? (newest && isOlderThanEvents(CreationTime) ? true : undefined);
  }

  /** What the stacks of the Region export, by name. */
  exports(): Promise<ReadonlyMap<string, string>> {
    return (this.exported ??= this.listExports());
  }

  private async describe(nameOrId: string): Promise<Stack> {
    const request = new DescribeStacksCommand({ StackName: nameOrId });
    const found = await withReadableErrors('cloudformation:DescribeStacks', async () => {
      try {
        return (await this.client.send(request)).Stacks?.[0];
      } catch (error) {
        // CloudFormation has no name for it.
        if (isNamed(error, 'ValidationError') && (error as Error).message.includes('does not exist')) {
          return undefined;
        }
        throw error;
      }
    });
    if (!found) {
      const { region } = this.session;
      throw new Failure(
        join([
          say`There is no stack ${nameOrId} in account ${await this.session.accountId()}, Region ${region}.`,
          say`${command`aws cloudformation list-stacks --region ${region}`} shows which there are; --region and --profile look elsewhere.`,
        ]),
      );
    }
    return found;
  }

  private async resourcesOf({ id }: StackIdentity): Promise<DeployedResource[]> {
    return withReadableErrors('cloudformation:ListStackResources', async () => {
      const found: DeployedResource[] = [];
      for await (const page of paginateListStackResources({ client: this.client }, { StackName: id })) {
        const live = listIn(page.StackResourceSummaries).filter(
          ({ ResourceStatus = '' }) => !['DELETE_COMPLETE', 'DELETE_SKIPPED'].includes(ResourceStatus),
        );
        found.push(
          ...live.map(({ LogicalResourceId = '', PhysicalResourceId = '', ResourceType = '' }) => ({
            logicalId: LogicalResourceId,
            physicalId: PhysicalResourceId,
            type: ResourceType,
          })),
        );
      }
      return found;
    });
  }

  private async *eventsOf(id: string): AsyncGenerator<StackEvent> {
    for await (const { StackEvents } of paginateDescribeStackEvents({ client: this.client }, { StackName: id })) {
      yield* listIn(StackEvents);
    }
  }

  private async templateOf({ id, name }: StackIdentity): Promise<Template | undefined> {
    const request = new GetTemplateCommand({ StackName: id, TemplateStage: 'Processed' });
    const { TemplateBody } = await withReadableErrors('cloudformation:GetTemplate', () => this.client.send(request));
    return parseTemplate(TemplateBody ?? '', say`of the stack ${name}`);
  }

  private async listExports(): Promise<ReadonlyMap<string, string>> {
    return withReadableErrors('cloudformation:ListExports', async () => {
      const found = new Map<string, string>();
      for await (const { Exports } of paginateListExports({ client: this.client }, {})) {
        listIn(Exports).forEach(({ Name = '', Value = '' }) => found.set(Name, Value));
      }
      return found;
    });
  }

  private refuseOtherRegion(nameOrId: string) {
    const region = parseStackId(nameOrId)?.region;
    if (nameOrId.startsWith('arn:') && region === undefined) {
      throw new Failure(
        say`'${nameOrId}' is not the ID of a stack, which looks like arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID.`,
      );
    }
    if (region !== undefined && region !== this.session.region) {
      throw new Failure(say`The stack ${nameOrId} is in Region ${region}, but ${this.session.region} was asked: use --region ${region}.`);
    }
  }
}

/** Of a parameter that names one of SSM, that one's value. */
function valueOf({ ResolvedValue, ParameterValue = '' }: Parameter): string {
  return ResolvedValue ?? ParameterValue;
}
