import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { synthesizeStack } from '../../scenarios/assembly';
import { Operator } from '../../scenarios/cli-user';
import type { Stage } from '../../scenarios/runner';
import { APP, BOTH_REPLICATE, DATABASE, type Declare, landingZoneOf, TWO } from '../../scenarios/stacks';
import { defaultAccountId } from '../../emulator/defaults';
import { TeardownFunction } from '../../lib';
import { DEPLOY_ROLE, EXECUTION_ROLE, OPERATOR_ROLE, policies } from './service-control-policies';
import type { Play } from './unknown-plays';

// What is played under the service control policies that docs/security.md advises.

export const STACK = 'LandingZone';

export const ROLE_NAME = 'LandingZoneTeardown';

/** As the page shows it. */
export const inThePath =
  (...servers: readonly string[]): Declare =>
  (stack) => {
    const assumedBy = new ServicePrincipal('lambda.amazonaws.com');
    const role = new Role(stack, 'TeardownRole', { path: '/disaster-recovery/', roleName: ROLE_NAME, assumedBy });
    new TeardownFunction(stack, 'DRSTeardownFunction', { role });
    landingZoneOf(...servers)(stack);
  };

export function attachPolicies({ aws }: Stage): void {
  aws.iam.serviceControlPolicies.attach(defaultAccountId, ...Object.values(policies));
}

/** An administrator's session of a role. */
export function sessionOf({ aws }: Stage, roleArn: string): Operator {
  const administrator = aws.iam.callerOf(aws.iam.operatorCredentials(defaultAccountId).accessKeyId)!;
  return new Operator(aws, defaultAccountId, aws.iam.assumeRole(administrator, roleArn, 'somebody'));
}

export async function deploy(operator: Operator, declare: Declare, roleArn?: string): Promise<string> {
  return operator.deploy(await synthesizeStack(STACK, declare), roleArn === undefined ? {} : { RoleARN: roleArn });
}

/** Create, update and delete; a role that is passed at first is kept. */
async function throughItsLife(stage: Stage, operator: Operator, roleArn?: string): Promise<void> {
  stage.seed(...TWO);
  attachPolicies(stage);
  expect(await deploy(operator, inThePath(APP), roleArn)).toBe('CREATE_COMPLETE');
  expect(await deploy(operator, inThePath(APP, DATABASE))).toBe('UPDATE_COMPLETE');
  await stage.expectStates(BOTH_REPLICATE);
  expect(await deploy(operator, inThePath(APP))).toBe('UPDATE_COMPLETE');
  await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
  expect(await operator.destroy(STACK)).toBe('DELETE_COMPLETE');
  await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
  expect(stage.failedDeletions()).toEqual([]);
}

export const byExecutionRole: Play = {
  name: 'under the service control policies, with an execution role: a stack is deployed, updated and deleted',
  play: (stage) => throughItsLife(stage, sessionOf(stage, DEPLOY_ROLE), EXECUTION_ROLE),
};

export const withOwnCredentials: Play = {
  name: 'under the service control policies, with own credentials of a role that they name: a stack is deployed, updated and deleted',
  play: (stage) => throughItsLife(stage, sessionOf(stage, OPERATOR_ROLE)),
};

/** A stack from before the policies, of somebody whom they don't name. */
export function asAnybodyElse(state: 'DISCONNECTED' | 'CONTINUOUS'): Play {
  return {
    name: `under the service control policies, with anybody else's own credentials: the deletion fails, the server is ${state}; then the role that deploys deletes the stack`,
    async play(stage) {
      stage.seed({ sourceServerID: APP });
      expect(await deploy(stage.operator, inThePath(APP))).toBe('CREATE_COMPLETE');
      attachPolicies(stage);
      expect(await stage.operator.destroy(STACK)).toBe('DELETE_FAILED');
      await stage.expectStates({ [APP]: state });
      expect(await stage.operator.destroy(STACK, { RoleARN: EXECUTION_ROLE })).toBe('DELETE_COMPLETE');
      await stage.expectStates({ [APP]: 'DISCONNECTED' });
    },
  };
}
