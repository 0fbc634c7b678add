import type { Context } from 'aws-lambda';
import { STACK_ID_VARIABLE } from '../../lib/contract';

/** What Lambda tells the function of itself. A request decides nothing of this: whoever may invoke the function writes the request. */
export interface OwnFunction {
  readonly name: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** The stack that the function serves; absent if an older version deployed it. */
  readonly stackId?: string;
}

export function readOwnFunction({ invokedFunctionArn = '' }: Context): OwnFunction {
  const [, partition = '', , region = '', accountId = '', , name = ''] = invokedFunctionArn.split(':');
  return { name, partition, region, accountId, stackId: process.env[STACK_ID_VARIABLE] };
}
