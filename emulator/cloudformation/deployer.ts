import { Caller, ServiceRequest } from '../http/service';
import { Api } from './api/api';
import { QueryInput } from './api/query';
import { Stack } from './stack';

/** As whom CloudFormation changes the resources of a stack: as the role that it was passed, which it keeps, or as whoever called last. */
export interface Deployer {
  readonly caller: Caller;
  readonly roleArn?: string;
}

/** The role that a call passes to CloudFormation. */
export function passedRole(api: Api, input: QueryInput, { caller }: ServiceRequest): string | undefined {
  const roleArn = input.text('RoleARN');
  if (roleArn !== undefined) api.iam.authorize(caller, 'iam:PassRole', roleArn, { 'iam:PassedToService': 'cloudformation.amazonaws.com' });
  return roleArn;
}

export function deployAs(api: Api, stack: Stack, { caller }: ServiceRequest, passed: string | undefined): void {
  const roleArn = passed ?? stack.deployer?.roleArn;
  stack.deployer = roleArn === undefined ? { caller } : { caller: api.iam.serviceSession(roleArn, 'AWSCloudFormation'), roleArn };
}
