import { Deployment } from './deployment';
import { ResourceChange } from './changes';
import { StackOptions } from './stack';

export interface ChangeSet {
  readonly changeSetId: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly description?: string;
  /** By the wall clock: the CDK CLI shows the events since then. */
  readonly createdAt: number;
  readonly deployment: Deployment;
  readonly options: StackOptions;
  readonly changes: readonly ResourceChange[];
  /** CREATE_COMPLETE, or FAILED if nothing would change. */
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly statusReason?: string;
}
