import * as path from 'node:path';
import { FLEET_DISCONNECTION, SOURCE_SERVER_DISCONNECTION, STAGING_AREA_DRAIN } from '../../lib/contract';
import { Failure, messageOf } from '../../lambda/aws/errors';
import { command, say, type Told } from '../../lambda/aws/message';
import { accountOfRole } from '../../lambda/aws/role';
import { Stacks } from '../aws/cloudformation';
import type { Session } from '../aws/session';
import { Unresolved } from '../template/resolve';
import type { Exports } from '../template/scope';
import type { PlannedChange } from '../operation/planned-change';
import { planDeletion } from '../operation/delete-stack';
import { planDisconnection } from './source-server-disconnection';
import { drainOf, planDrain } from './drain';
import { AwsClients } from '../aws/clients';
import { planFleet } from './fleet';
import { pluralize, isBlocking, serversOf, unknownOutcome } from './outcome';
import type { Plan, PlannedDisconnection, PlannedFleet, PlannedResource, PlannedServer } from './plan-json';
import { checkStack } from '../operation/stack-status';
import { type UpdateTarget, planUpdate } from '../operation/update-stack';
import { readTemplateFile } from '../template/template-file';
import { type DeployedStack, parseTemplate } from '../template/template';

export interface PlanRequest {
  readonly stackName: string;
  /** Of the template to update to; without one, the stack is to be deleted. */
  readonly templateFile?: string;
  /** The roles of other accounts that may be assumed to read there. */
  readonly roleArns?: readonly string[];
}

/** Whom to tell what the plan is about. */
export interface Listener {
  readonly progress: (what: Told) => void;
  /** Something that the user should see even where nothing else is shown. */
  readonly announce: (what: Told) => void;
}

/**
 * What the deletion of a stack, or its update to a template, would do at this moment. It changes nothing.
 *
 * @throws Failure if the stack or the template can't be read
 */
export async function makePlan(
  session: Session,
  { stackName, templateFile, roleArns = [] }: PlanRequest,
  { progress, announce }: Listener,
): Promise<Plan> {
  roleArns.forEach(checkRole);
  const next = templateFile === undefined ? undefined : readNext(templateFile);
  progress(say`Reading the stack ${stackName}`);
  const stacks = new Stacks(session);
  const stack = await stacks.read(stackName);
  const operation = next ? 'update' : 'delete';
  const ancestors = await stacks.ancestors(stack.parentId);
  const wasComplete = next ? true : await stacks.wasEverComplete(ancestors.at(-1)?.StackId ?? stack.identity.id);
  const checked = checkStack(stack, ancestors, operation, wasComplete);
  const exports = await exportsFor(stacks, stack, next);
  const declarations = next ? planUpdate(stack, next, exports) : planDeletion(stack, exports, checked.change);
  progress(say`Asking DRS about ${pluralize(declarations.length, 'resource')}`);
  const resources = await planResources(declarations, new AwsClients(session, roleArns, announce));
  const blockers = [...checked.blockers, ...(refusesUpdate(declarations, resources) ? [REFUSED] : [])].map((told) => say`${told}`);
  const { id, name, accountId, region } = stack.identity;
  return {
    version: 1,
    operation,
    stack: { name, id, accountId, region, status: stack.status },
    clear: blockers.length === 0 && !resources.some(isBlocking),
    blockers,
    notes: [
      ...checked.notes,
      ...(declarations.length === 0 ? ['Nothing in the stack is of cdk-drs: no source server is disconnected.'] : []),
    ].map((told) => say`${told}`),
    resources,
    counts: countByVerdict(serversOf(resources)),
  };
}

function checkRole(roleArn: string) {
  if (accountOfRole(roleArn) === undefined) {
    throw new Failure(say`'${roleArn}' is not the ARN of a role, which looks like arn:aws:iam::ACCOUNT:role/NAME.`);
  }
}

const REFUSED = 'The update would be refused, and rolled back: nobody is disconnected.';

function readNext(file: string): UpdateTarget {
  let body: string;
  try {
    body = readTemplateFile(file);
  } catch (error) {
    throw new Failure(say`The template ${file} can't be read. ${messageOf(error)}`);
  }
  const template = parseTemplate(body, file);
  if (!template) {
    throw new Failure(
      say`${file} is not a template in JSON, such as ${command`npx cdk synth`} leaves in cdk.out as STACK.template.json. YAML is not understood: use that file.`,
    );
  }
  return { template, directory: path.dirname(file) };
}

/** Exports are listed only if a template imports any: it takes a right of its own. */
async function exportsFor(stacks: Stacks, stack: DeployedStack, next: UpdateTarget | undefined): Promise<Exports> {
  if (![...templatesIn(stack), next?.template].some((template) => JSON.stringify(template)?.includes('"Fn::ImportValue"'))) {
    return () => undefined;
  }
  try {
    const exported = await stacks.exports();
    return (name) => exported.get(name);
  } catch (error) {
    const { reason } = unknownOutcome(error);
    return () => {
      throw new Unresolved(String(reason));
    };
  }
}

function templatesIn({ template, nested }: DeployedStack): DeployedStack['template'][] {
  return [template, ...Array.from(nested.values(), templatesIn).flat()];
}

/** Drains come last: what they wait for depends on what becomes of the source servers. */
async function planResources(declarations: readonly PlannedChange[], clients: AwsClients): Promise<PlannedResource[]> {
  const ofType = (type: string) => declarations.filter(({ resource }) => resource.type === type);
  const disconnections: (PlannedDisconnection | PlannedFleet)[] = await Promise.all([
    ...ofType(SOURCE_SERVER_DISCONNECTION).map((declaration) => planDisconnection(declaration, clients)),
    ...ofType(FLEET_DISCONNECTION).map((declaration) => planFleet(declaration, clients)),
  ]);
  const links = ofType(STAGING_AREA_DRAIN);
  const drains = [...new Set(links.map(drainOf))].map((drain) => links.filter((link) => drainOf(link) === drain));
  return [...disconnections, ...(await Promise.all(drains.map((chain) => planDrain(chain, disconnections, clients))))];
}

function refusesUpdate(declarations: readonly PlannedChange[], resources: readonly PlannedResource[]): boolean {
  const isRefusable = ({ logicalId, stackName, verdict }: PlannedResource) =>
    verdict === 'blocked' &&
    declarations.some(
      ({ change, resource, stack }) => change.isRefusable && resource.logicalId === logicalId && stack.identity.name === stackName,
    );
  return resources.some(isRefusable);
}

function countByVerdict(servers: readonly PlannedServer[]): Plan['counts'] {
  const counts: Partial<Record<PlannedServer['verdict'], number>> = {};
  servers.forEach(({ verdict }) => (counts[verdict] = (counts[verdict] ?? 0) + 1));
  return counts;
}
