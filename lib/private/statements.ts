import { isDeepStrictEqual } from 'node:util';
import { type Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { AssumeRoleOptions } from '../assume-role-options';
import { hasTags } from './assume-role';

// What the teardown function may do, by what for. docs/security.md has the same list.

const MANAGED_BY_DRS = 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged';

/** Where source servers and recovery instances are: in the account of the stack, in one Region or, where that can't be known, in any. */
export interface Place {
  readonly stack: Stack;
  readonly region: string;
}

/** By name, unless the Region is known only when it is deployed: a new value of its parameter would edit the policy in place. */
export function placeOf(stack: Stack, region: string): Place {
  if (isOwnRegion(stack, region)) {
    return { stack, region: stack.region };
  }
  return { stack, region: Token.isUnresolved(region) ? '*' : region };
}

function isOwnRegion(stack: Stack, region: string): boolean {
  return region === stack.region || isDeepStrictEqual(stack.resolve(region), { Ref: 'AWS::Region' });
}

/**
 * Is the deletion genuine? A nested stack's ancestors tell, whose names no template knows.
 * Events show the properties of every resource, so only a nested stack may read those of other stacks.
 */
export function deletionCheck(stack: Stack): iam.PolicyStatement[] {
  const all = stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: '*' });
  const readOwn = ['cloudformation:ListStackResources', ...(stack.nested ? [] : ['cloudformation:DescribeStackEvents'])];
  const readAll = ['cloudformation:DescribeStacks', ...(stack.nested ? ['cloudformation:DescribeStackEvents'] : [])];
  return [
    new iam.PolicyStatement({ actions: readAll, resources: [all] }),
    new iam.PolicyStatement({ actions: readOwn, resources: [stack.stackId] }),
  ];
}

/** The describe actions of DRS know no resources. DescribeRecoveryInstances looks at EC2 on behalf of its caller. */
export function describeServers(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'],
    resources: ['*'],
  });
}

/** On the source servers of a Region, of those with these tags if there are any. */
export function onSourceServers(place: Place, action: string, tags: { readonly [key: string]: string } = {}): iam.PolicyStatement {
  const conditions = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, literal(value)]);
  return new iam.PolicyStatement({
    actions: [action],
    resources: [anyOf(place, 'drs', 'source-server')],
    ...(conditions.length > 0 && { conditions: { StringEquals: Object.fromEntries(conditions) as object } }),
  });
}

export function disconnectRecoveryInstances(place: Place): iam.PolicyStatement[] {
  const actions = ['drs:DisconnectRecoveryInstance', 'drs:DeleteRecoveryInstance'];
  return [new iam.PolicyStatement({ actions, resources: [anyOf(place, 'drs', 'recovery-instance')] })];
}

/** DRS terminates on behalf of its caller, so the EC2 actions are the caller's to have: through DRS alone, for what carries its tag alone. */
export function terminateDrills(place: Place): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['drs:TerminateRecoveryInstances'], resources: [anyOf(place, 'drs', 'recovery-instance')] }),
    new iam.PolicyStatement({ actions: ['drs:DescribeJobs', 'ec2:DescribeVolumes'], resources: ['*'] }),
    new iam.PolicyStatement({
      actions: ['ec2:TerminateInstances', 'ec2:DeleteVolume'],
      resources: [anyOf(place, 'ec2', 'instance'), anyOf(place, 'ec2', 'volume')],
      conditions: {
        Null: { [MANAGED_BY_DRS]: 'false' },
        Bool: { 'aws:ViaAWSService': 'true' },
        // A drill may have been launched into a machine of somebody's own, which carries this tag then.
        StringNotEquals: { 'aws:ResourceTag/AWSDRS': 'AllowLaunchingIntoThisInstance' },
      },
    }),
  ];
}

/** Without the ARN of a VPC no security group is deleted. */
export function drain(stack: Stack, vpcArn?: string): iam.PolicyStatement[] {
  const deletion = new iam.PolicyStatement({
    actions: ['ec2:DeleteSecurityGroup'],
    resources: [stack.formatArn({ service: 'ec2', resource: 'security-group', resourceName: '*' })],
    conditions: {
      ArnEquals: { 'ec2:Vpc': vpcArn },
      Null: { [MANAGED_BY_DRS]: 'false' },
    },
  });
  return [
    new iam.PolicyStatement({
      actions: ['ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces', ...(vpcArn === undefined ? [] : ['ec2:DescribeSecurityGroups'])],
      resources: ['*'],
    }),
    ...(vpcArn === undefined ? [] : [deletion]),
    new iam.PolicyStatement({ actions: ['drs:DescribeSourceServers'], resources: ['*'] }),
    onSourceServers({ stack, region: stack.region }, 'drs:GetReplicationConfiguration'),
  ];
}

/** What a session has beside its name is an action of its own, of the caller and of the role's trust policy. */
export function assumeRole(roleArn: string, options: AssumeRoleOptions = {}): iam.PolicyStatement {
  const more = [
    ...(options.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(hasTags(options) ? ['sts:TagSession'] : []),
  ];
  return new iam.PolicyStatement({ actions: ['sts:AssumeRole', ...more], resources: [roleArn] });
}

export function writeLog(logGroupArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] });
}

/** All of the account in the Region: a statement for each would not fit on a role. */
function anyOf({ stack, region }: Place, service: string, resource: string): string {
  return stack.formatArn({ service, region, resource, resourceName: '*' });
}

/**
 * IAM reads `${…}` in a value as a policy variable: a tag would be compared with what the function's role is tagged with. `${$}` is a dollar sign.
 * In StringEquals * and ? are no wildcards. What a token stands for is not known yet, and is left as it is.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
function literal(value: string): string {
  return value.replace(/\$(?=\{(?!Token\[))/g, '${$}');
}
