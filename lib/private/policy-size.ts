import { isDeepStrictEqual } from 'node:util';
import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/** How many bytes the inline policies of a role may take together, without white space. */
export const INLINE_POLICIES_QUOTA = 10_240;

/** How long a pseudo parameter can be. A stack's ID is its name of 128 characters at most, a UUID and the rest of an ARN. */
const LONGEST: Readonly<Record<string, number>> = {
  'AWS::AccountId': 12,
  'AWS::Partition': 10,
  'AWS::Region': 16,
  'AWS::StackId': 235,
  'AWS::StackName': 128,
};

/** What is counted for anything else that is known only when it is deployed, such as the ARN of a log group or of a role. */
const UNKNOWN = 256;

/** By how much the name of a nested stack may be longer, since it is made of those of its parents; and so may be whatever has the stack's name in it. */
const LONGER_IF_NESTED = 384;
const WITHOUT_NAME: readonly string[] = ['AWS::AccountId', 'AWS::Partition', 'AWS::Region'];

/** The bytes of all inline policies that this stack puts on the role, at most. */
export function sizeOnRole(stack: Stack, role: iam.IRole): number {
  const name: unknown = stack.resolve(role.roleName);
  const isOfRole = (other: unknown) => isDeepStrictEqual(other, name);
  // Whom a policy is attached to may be known only when it is resolved: of a user's, there are no roles.
  const rolesOf = ({ roles }: iam.CfnPolicy) => (stack.resolve(roles) ?? []) as unknown[];
  const all = stack.node.findAll();
  const policies = all.filter((construct) => construct instanceof iam.CfnPolicy).filter((policy) => rolesOf(policy).some(isOfRole));
  const single = all
    .filter((construct) => construct instanceof iam.CfnRolePolicy)
    .filter((policy) => isOfRole(stack.resolve(policy.roleName)));
  const { policies: own = [] } = (role.node.defaultChild ?? {}) as Partial<iam.CfnRole>;
  return [...policies, ...single, ...(stack.resolve(own) as iam.CfnRole.PolicyProperty[])]
    .map(({ policyDocument }) => JSON.stringify(longest(stack.resolve(policyDocument), lengthIn(stack)) ?? '').replace(/\s/g, '').length)
    .reduce((sum, size) => sum + size, 0);
}

/** How much is counted for what `Ref` and `Fn::…` refer to. */
function lengthIn({ nestedStackParent }: Stack) {
  return (argument: unknown): number => {
    const name = String(argument);
    const isLonger = nestedStackParent !== undefined && !WITHOUT_NAME.includes(name);
    return (LONGEST[name] ?? UNKNOWN) + (isLonger ? LONGER_IF_NESTED : 0);
  };
}

/** The same, with so many characters for what is not known yet as that may take. */
function longest(value: unknown, lengthOf: (argument: unknown) => number): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => longest(item, lengthOf));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries as [string, unknown][];
  if (name === 'Fn::Join') {
    const [delimiter, parts] = argument as [string, unknown[]];
    return parts.map((part) => longest(part, lengthOf)).join(delimiter);
  }
  const isIntrinsic = name === 'Ref' || name.startsWith('Fn::');
  return isIntrinsic ? '?'.repeat(lengthOf(argument)) : Object.fromEntries(entries.map(([key, item]) => [key, longest(item, lengthOf)]));
}
