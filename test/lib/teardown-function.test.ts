import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { SourceServer, SourceServerDisconnection, TeardownFunction, type TeardownFunctionProps } from '../../lib';

const env = { account: '111122223333', region: 'eu-central-1' };

function stackWith(props: (stack: Stack) => TeardownFunctionProps = () => ({})) {
  const stack = new Stack(new App(), 'Stack', { env });
  const teardownFunction = new TeardownFunction(stack, 'Function', props(stack));
  const sourceServer = SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0');
  new SourceServerDisconnection(stack, 'Disconnection', { sourceServer, teardownFunction });
  return { stack, teardownFunction, template: Template.fromStack(stack) };
}

test('a function outside of VPCs, with fifteen minutes', () => {
  const { template } = stackWith();
  template.hasResourceProperties('AWS::Lambda::Function', {
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: 900,
    LoggingConfig: { LogGroup: Match.anyValue() },
    VpcConfig: Match.absent(),
  });
});

test('its log group stays for three months after the stack is gone', () => {
  stackWith().template.hasResource('AWS::Logs::LogGroup', {
    Properties: { RetentionInDays: 90 },
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
  });
});

test('its grants name no action by a wildcard, and no resource that need not be', () => {
  const statement = (Action: unknown, Resource: unknown) => ({ Action, Effect: 'Allow', Resource });
  const drsArn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':drs:eu-central-1:111122223333:source-server/*']] };
  const stacksArn = { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':cloudformation:eu-central-1:111122223333:stack/*']] };
  const policies = Object.values(stackWith().template.findResources('AWS::IAM::Policy')) as {
    Properties: { PolicyDocument: { Statement: unknown } };
  }[];
  expect(policies.map((policy) => policy.Properties.PolicyDocument.Statement)).toEqual([
    [statement(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [expect.stringMatching(/^FunctionLogGroup/), 'Arn'] })],
    [statement('drs:DisconnectSourceServer', drsArn)],
    [
      statement(['drs:DescribeSourceServers', 'drs:DescribeRecoveryInstances', 'ec2:DescribeInstances'], '*'),
      statement('cloudformation:DescribeStacks', stacksArn),
      statement(['cloudformation:ListStackResources', 'cloudformation:DescribeStackEvents'], { Ref: 'AWS::StackId' }),
    ],
  ]);
});

test('the log group that is passed is the one that is used', () => {
  const { template } = stackWith((stack) => ({ logGroup: new LogGroup(stack, 'Mine') }));
  template.resourceCountIs('AWS::Logs::LogGroup', 1);
  template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^Mine') } } });
});

test('an imported role gets the grants, as far as it can be changed', () => {
  const arn = 'arn:aws:iam::111122223333:role/teardown';
  const changeable = stackWith((stack) => ({ role: Role.fromRoleArn(stack, 'Role', arn) })).template;
  changeable.resourceCountIs('AWS::IAM::Role', 0);
  changeable.hasResourceProperties('AWS::IAM::Policy', { Roles: ['teardown'] });
  const fixed = stackWith((stack) => ({ role: Role.fromRoleArn(stack, 'Role', arn, { mutable: false }) })).template;
  fixed.resourceCountIs('AWS::IAM::Policy', 0);
  fixed.resourceCountIs('AWS::Logs::ResourcePolicy', 0);
  fixed.hasResourceProperties('AWS::Lambda::Function', { Role: arn });
});

test('a role of another stack gets the grants in this stack', () => {
  const { template } = stackWith((stack) => {
    const other = new Stack(stack.node.root, 'Roles', { env });
    return { role: new Role(other, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }) };
  });
  template.resourceCountIs('AWS::IAM::Policy', 3);
});

test('a role of another account is refused', () => {
  const role = (stack: Stack) => ({ role: Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::444455556666:role/teardown') });
  expect(() => stackWith(role)).toThrow(/account 444455556666.*its own account, 111122223333/);
});

test('the log can be written from the first run to the last: the function depends on that grant', () => {
  const { template } = stackWith();
  const [grant] = Object.keys(template.findResources('AWS::IAM::Policy'));
  template.hasResource('AWS::Lambda::Function', { DependsOn: Match.arrayWith([grant]) });
});

test('metricFailedDeletions counts the failed deletions of the stack', () => {
  const { stack, teardownFunction, template } = stackWith();
  const metric = teardownFunction.metricFailedDeletions();
  expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
    namespace: 'cdk-drs',
    metricName: 'FailedDeletions',
    statistic: 'Sum',
    dimensions: [{ name: 'StackName', value: 'Stack' }],
  });
  // It is read from the log, so it needs no resource, which the deletion of the stack could take away first.
  expect(Template.fromStack(stack).toJSON()).toEqual(template.toJSON());
});
