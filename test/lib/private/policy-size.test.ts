import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { parseStackId } from '../../../lambda/aws/stack-id';
import { sizeOnRole } from '../../../lib/private/policy-size';

// What is reckoned for a pseudo parameter is never less than it may take.

const [USER, NESTED] = [128, 512];
const stackIdOf = (nameLength: number) =>
  `arn:aws-us-gov:cloudformation:ap-southeast-123:111122223333:stack/${'n'.repeat(nameLength)}/${'1'.repeat(36)}`;

function reckonedFor(stack: Stack, resource: string): number {
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: ['cloudformation:ListStackResources'], resources: [resource] }));
  return sizeOnRole(stack, role);
}

const top = () => new Stack(new App(), 'Stack');
const nested = () => new NestedStack(top(), 'Nested');

test.each<[string, () => Stack, number]>([
  ['a stack', top, USER],
  ['a nested stack, whose name is made of those of its parents', nested, NESTED],
  ['a nested stack of one', () => new NestedStack(nested(), 'Nested'), NESTED],
])('%s: its ID takes no more than what is reckoned, and not much less', (_what, stackOf, nameLength) => {
  const longest = stackIdOf(nameLength);
  expect(parseStackId(longest)).toBeDefined();
  const [reckoned, byToken] = [longest, undefined].map((literal) => {
    const stack = stackOf();
    return reckonedFor(stack, literal ?? stack.stackId);
  });
  expect(byToken).toBeGreaterThanOrEqual(reckoned);
  expect(byToken).toBeLessThan(reckoned + 50);
});

test('so is the name of a log group that CloudFormation makes up there', () => {
  const sizes = [top, nested].map((stackOf) => {
    const stack = stackOf();
    return reckonedFor(stack, new LogGroup(stack, 'Log').logGroupArn);
  });
  expect(sizes[1] - sizes[0]).toBe(NESTED - USER);
});
