import { CustomResource } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { defaultAccountId } from '../../emulator/defaults';
import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import type { Stage } from '../../scenarios/runner';
import { APP, type Declare, landingZoneOf } from '../../scenarios/stacks';
import { attachPolicies, deploy, inThePath, ROLE_NAME, sessionOf, STACK } from './service-control-plays';
import { EXECUTION_ROLE, OPERATOR_ROLE } from './service-control-policies';
import { onStage } from './with-emulator';

// Against whom the policies that docs/security.md prints are good; `unknowns.ts` plays who deploys under them.

const ROLE = `arn:aws:iam::${defaultAccountId}:role/disaster-recovery/${ROLE_NAME}`;
const DENIED = 'with an explicit deny in a service control policy';

/** A landing zone is deployed, and then the policies are attached. */
async function underPolicies(declare: Declare, play: (stage: Stage) => Promise<void>) {
  await onStage({}, async (stage) => {
    stage.seed({ sourceServerID: APP });
    expect(await deploy(stage.operator, declare, EXECUTION_ROLE)).toBe('CREATE_COMPLETE');
    attachPolicies(stage);
    await play(stage);
  });
}

/** Why resources of a stack failed, as its events say. */
function reasonsFrom(stage: Stage): string[] {
  const reasons: string[] = [];
  stage.aws.cloudFormation.onEvent(({ status, reason }) => void (status.endsWith('_FAILED') && reasons.push(reason ?? '')));
  return reasons;
}

test('an administrator, to whom IAM refuses nothing, can not invoke the function, change it, its role or the role that deploys, nor disconnect', async () => {
  await underPolicies(inThePath(APP), async (stage) => {
    const { iam } = stage.aws;
    const administrator = iam.callerOf(iam.operatorCredentials(defaultAccountId).accessKeyId)!;
    const functionArn = stage.functionArn();
    for (const [action, resource] of [
      ['lambda:InvokeFunction', functionArn],
      ['lambda:UpdateFunctionCode', functionArn],
      ['lambda:UpdateFunctionConfiguration', functionArn],
      ['iam:PutRolePolicy', ROLE],
      ['iam:PassRole', ROLE],
      ['iam:UpdateAssumeRolePolicy', EXECUTION_ROLE],
    ]) {
      const denied = `is not authorized to perform: ${action} on resource: ${resource} ${DENIED}`;
      expect(() => iam.authorize(administrator, action, resource)).toThrow(denied);
    }
    await expect(stage.operator.disconnect(APP)).rejects.toThrow(DENIED);
    await stage.expectStates({ [APP]: 'CONTINUOUS' });
    await sessionOf(stage, OPERATOR_ROLE).disconnect(APP);
    await stage.expectStates({ [APP]: 'DISCONNECTED' });
  });
});

test("a stack of an administrator's own changes nothing of the function's role", async () => {
  await underPolicies(inThePath(APP), async (stage) => {
    const reasons = reasonsFrom(stage);
    const grantMore: Declare = (stack) =>
      void new Policy(stack, 'More', {
        roles: [Role.fromRoleName(stack, 'Role', ROLE_NAME)],
        statements: [new PolicyStatement({ actions: ['drs:*'], resources: ['*'] })],
      });
    await stage.deploy(grantMore, 'ROLLBACK_COMPLETE', { stackName: 'Forger' });
    expect(reasons[0]).toContain(`perform: iam:PutRolePolicy on resource: ${ROLE} ${DENIED}`);
  });
});

test("a stack of an administrator's own gets no answer but a refusal from the function, which CloudFormation may invoke", async () => {
  await underPolicies(inThePath(APP), async (stage) => {
    const forge: Declare = (stack) =>
      void new CustomResource(stack, 'Forged', { serviceToken: stage.functionArn(), resourceType: SOURCE_SERVER_DISCONNECTION });
    await stage.deploy(forge, 'ROLLBACK_COMPLETE', { stackName: 'Forger' });
    expect(stage.reason()).toMatch(/stack/);
    expect(stage.drsCalls().filter(({ operation }) => operation !== 'DescribeSourceServers')).toEqual([]);
  });
});

test('a function with a role elsewhere can not disconnect: the deletion fails, and names the action', async () => {
  await underPolicies(landingZoneOf(APP), async (stage) => {
    expect(await sessionOf(stage, OPERATOR_ROLE).destroy(STACK)).toBe('DELETE_FAILED');
    expect(stage.reason()).toMatch(/drs:DisconnectSourceServer/);
    await stage.expectStates({ [APP]: 'CONTINUOUS' });
  });
});

test('an update gives the function a role in the path, and disconnects nobody; then the deletion does', async () => {
  await underPolicies(landingZoneOf(APP), async (stage) => {
    const operator = sessionOf(stage, OPERATOR_ROLE);
    expect(await deploy(operator, inThePath(APP))).toBe('UPDATE_COMPLETE');
    await stage.expectStates({ [APP]: 'CONTINUOUS' });
    expect(await operator.destroy(STACK)).toBe('DELETE_COMPLETE');
    await stage.expectStates({ [APP]: 'DISCONNECTED' });
  });
});
