import { Failure } from '../aws/errors';
import { say } from '../aws/message';
import { drainStepIdOf } from '../physical-ids';
import type { Request } from '../protocol/request';

/** A step of a drain: it waits, then hands over to the next one. In a template it is a link. */
export interface DrainStep {
  readonly physicalId: string;
  readonly drain: string;
  /** Step 0 is the last one. */
  readonly step: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly deletesSecurityGroups: boolean;
}

/** In characters: they are parts of a physical ID, and a response that is too long is none. */
const LONGEST = 255;

/** @throws Failure if the properties are not those of a step */
export function readStep({ properties, stack }: Pick<Request, 'properties' | 'stack'>): DrainStep {
  const { Drain, Link, VpcId, SubnetIds, DeleteSecurityGroups } = properties;
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= LONGEST;
  const isList = Array.isArray(SubnetIds) && SubnetIds.length > 0 && SubnetIds.every(isText);
  if (!isText(Drain) || !isText(Link) || !isText(VpcId) || !isList) {
    throw new Failure(say`It is not clear what to drain: ${JSON.stringify({ Drain, Link, VpcId, SubnetIds })}. Nothing was done.`, {
      kind: 'permanent',
    });
  }
  return {
    physicalId: drainStepIdOf({ accountId: stack.accountId, region: stack.region, vpcId: VpcId, drain: Drain, step: Link }),
    drain: Drain,
    step: Link,
    vpcId: VpcId,
    subnetIds: SubnetIds,
    deletesSecurityGroups: DeleteSecurityGroups === 'true',
  };
}
