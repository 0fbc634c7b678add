import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

// What the teardown function may do, by what for. docs/security.md has the same list.

const MANAGED_BY_DRS = 'aws:ResourceTag/AWSElasticDisasterRecoveryManaged';

/** Is the deletion genuine? A nested stack's ancestors tell, whose names no template knows. */
export function deletionCheck(stack: Stack): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      actions: ['cloudformation:DescribeStacks'],
      resources: [stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: '*' })],
    }),
    new iam.PolicyStatement({ actions: ['cloudformation:ListStackResources'], resources: [stack.stackId] }),
  ];
}

/** The describe actions of DRS know no resources. DescribeRecoveryInstances looks at EC2 on behalf of its caller. */
export function describeServers(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'],
    resources: ['*'],
  });
}

export function onSourceServers(stack: Stack, action: string, tags: { readonly [key: string]: string } = {}): iam.PolicyStatement {
  const conditions = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, literal(value)]);
  return new iam.PolicyStatement({
    actions: [action],
    resources: [anyOf(stack, 'drs', 'source-server')],
    ...(conditions.length > 0 && { conditions: { StringEquals: Object.fromEntries(conditions) as object } }),
  });
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

export function disconnectRecoveryInstances(stack: Stack): iam.PolicyStatement[] {
  const actions = ['drs:DisconnectRecoveryInstance', 'drs:DeleteRecoveryInstance'];
  return [new iam.PolicyStatement({ actions, resources: [anyOf(stack, 'drs', 'recovery-instance')] })];
}

/** DRS terminates on behalf of its caller, so the EC2 actions are the caller's to have: through DRS alone, for what carries its tag alone. */
export function terminateDrills(stack: Stack): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['drs:TerminateRecoveryInstances'], resources: [anyOf(stack, 'drs', 'recovery-instance')] }),
    new iam.PolicyStatement({ actions: ['drs:DescribeJobs', 'ec2:DescribeVolumes'], resources: ['*'] }),
    new iam.PolicyStatement({
      actions: ['ec2:TerminateInstances', 'ec2:DeleteVolume'],
      resources: [anyOf(stack, 'ec2', 'instance'), anyOf(stack, 'ec2', 'volume')],
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
      actions: ['ec2:DescribeInstances', ...(vpcArn === undefined ? [] : ['ec2:DescribeSecurityGroups'])],
      resources: ['*'],
    }),
    ...(vpcArn === undefined ? [] : [deletion]),
  ];
}

export function assumeRole(roleArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [roleArn] });
}

export function writeLog(logGroupArn: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] });
}

/** All of the account, in any Region: IDs may change, and servers may replicate elsewhere. */
function anyOf(stack: Stack, service: string, resource: string): string {
  return stack.formatArn({ service, region: '*', resource, resourceName: '*' });
}
