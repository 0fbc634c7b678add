import { ServiceRequest } from '../../http/service';
import { Stack } from '../stack';
import { Api } from './api';
import { QueryInput } from './query';

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
