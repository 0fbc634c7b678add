import { Failure } from '../aws/errors';
import type { Request } from '../protocol/request';

/** A link of a drain. */
export interface Link {
  readonly physicalId: string;
  readonly drain: string;
  readonly link: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly deletesSecurityGroups: boolean;
}

/** Whether a physical ID is that of a link. */
export function isLink(physicalId: string): boolean {
  return physicalId.startsWith('drs:drain:');
}

/** @throws Failure if the properties are not those of a link */
export function readLink({ properties, stack }: Pick<Request, 'properties' | 'stack'>): Link {
  const { Drain, Link, VpcId, SubnetIds, DeleteSecurityGroups } = properties;
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const isList = Array.isArray(SubnetIds) && SubnetIds.length > 0 && SubnetIds.every(isText);
  if (!isText(Drain) || !isText(Link) || !isText(VpcId) || !isList) {
    throw new Failure(`It is not clear what to drain: ${JSON.stringify({ Drain, Link, VpcId, SubnetIds })}. Nothing was done.`);
  }
  const physicalId = `drs:drain:${stack.accountId}:${stack.region}:${VpcId}:${Drain}:${Link}`;
  return {
    physicalId,
    drain: Drain,
    link: Link,
    vpcId: VpcId,
    subnetIds: SubnetIds,
    deletesSecurityGroups: DeleteSecurityGroups === 'true',
  };
}
