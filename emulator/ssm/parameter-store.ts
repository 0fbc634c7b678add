import { partition } from '../defaults';

export interface StoredParameter {
  readonly type: string;
  readonly value: string;
}

/** What stacks have put into the parameter store, by ARN. */
export type ParameterStore = Map<string, StoredParameter>;

export function parameterArn({ region, accountId }: { region: string; accountId: string }, name: string): string {
  return `arn:${partition}:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`;
}
