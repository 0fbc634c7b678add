import type { DeployedResource, DeployedStack } from '../../cli/template/template';
import { parseStackId } from '../../lambda/aws/stack-id';

interface Made extends Partial<Omit<DeployedStack, 'resources' | 'identity'>> {
  readonly name?: string;
  /** Type and physical ID by logical ID. */
  readonly resources?: Readonly<Record<string, readonly [type: string, physicalId: string]>>;
}

/** A stack as CloudFormation would have described it. */
export function deployedStack({ name = 'LandingZone', resources = {}, ...rest }: Made = {}): DeployedStack {
  const listed = Object.entries(resources).map(([logicalId, [type, physicalId]]): [string, DeployedResource] => [
    logicalId,
    { logicalId, type, physicalId },
  ]);
  return {
    identity: parseStackId(`arn:aws:cloudformation:eu-central-1:111122223333:stack/${name}/0a1b`)!,
    status: 'CREATE_COMPLETE',
    isProtected: false,
    parameters: {},
    outputs: {},
    nested: new Map(),
    resources: new Map(listed),
    ...rest,
  };
}
