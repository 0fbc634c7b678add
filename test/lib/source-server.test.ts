import { App, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { type ISourceServer, SourceServer } from '../../lib';

const ID = 's-1234567890abcdef0';
const ARN = `arn:aws:drs:eu-central-1:111122223333:source-server/${ID}`;

const newStack = () => new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });

test('by ID: the server of the account and Region of the stack', () => {
  const stack = newStack();
  const server = SourceServer.fromSourceServerId(stack, 'Server', ID);
  expect(server.sourceServerId).toBe(ID);
  expect(stack.resolve(server.sourceServerArn)).toEqual({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:drs:eu-central-1:111122223333:source-server/${ID}`]],
  });
  expect(server.env).toEqual({ account: '111122223333', region: 'eu-central-1' });
});

test('by ARN: the server of another Region and account', () => {
  const server = SourceServer.fromSourceServerArn(
    newStack(),
    'Server',
    ARN.replace('eu-central-1', 'us-west-2').replace('111122223333', '444455556666'),
  );
  expect(server.sourceServerId).toBe(ID);
  expect(server.env).toEqual({ account: '444455556666', region: 'us-west-2' });
});

test.each(['s-123', 's-1234567890abcdef01', 'i-1234567890abcdef0', 's-1234567890abcdef_', `${ID}\n`, '', ARN])(
  'the ID %j is refused',
  (id) => {
    expect(() => SourceServer.fromSourceServerId(newStack(), 'Server', id)).toThrow(`'${id}' is not the ID of a source server`);
  },
);

test.each([
  [ID],
  [''],
  ['arn:aws:ec2:eu-central-1:111122223333:instance/i-1234567890abcdef0'],
  [`arn:aws:drs:eu-central-1:111122223333:recovery-instance/${ID}`],
  ['arn:aws:drs:eu-central-1:111122223333:source-server/s-123'],
  [`arn:aws:drs:eu-central-1:1111:source-server/${ID}`],
  [`arn:aws:drs::111122223333:source-server/${ID}`],
  [`${ARN}/more`],
  [`${ARN}:more`],
])('the ARN %j is refused', (arn) => {
  expect(() => SourceServer.fromSourceServerArn(newStack(), 'Server', arn)).toThrow(
    /is not the ARN of a source server.*aws drs describe-source-servers/,
  );
});

test('an error names the construct', () => {
  expect(() => SourceServer.fromSourceServerId(newStack(), 'Server', 's-1')).toThrow('[Stack/Server]');
});

test('tokens pass', () => {
  const stack = newStack();
  const id = new CfnParameter(stack, 'Id').valueAsString;
  const byId = SourceServer.fromSourceServerId(stack, 'ById', id);
  expect(stack.resolve(byId.sourceServerId)).toEqual({ Ref: 'Id' });
  const byArn = SourceServer.fromSourceServerArn(stack, 'ByArn', Fn.importValue('Arn'));
  expect(stack.resolve(byArn.sourceServerArn)).toEqual({ 'Fn::ImportValue': 'Arn' });
  expect(Token.isUnresolved(byArn.sourceServerId)).toBe(true);
});

test('of an ARN with tokens, what is concrete is checked', () => {
  const stack = newStack();
  expect(SourceServer.fromSourceServerArn(stack, 'Good', ARN.replace('aws', stack.partition)).sourceServerId).toBe(ID);
  const bad = `arn:${stack.partition}:drs:eu-central-1:111122223333:source-server/s-1`;
  expect(() => SourceServer.fromSourceServerArn(stack, 'Bad', bad)).toThrow('is not the ARN of a source server');
});

describe('metrics', () => {
  const elsewhere = ARN.replace('eu-central-1', 'us-west-2').replace('111122223333', '444455556666');
  const imported = (stack = newStack(), arn = elsewhere) => SourceServer.fromSourceServerArn(stack, 'Server', arn);
  const dimensions = { SourceServerID: ID };

  test.each<[string, (server: ISourceServer, props?: MetricOptions) => Metric]>([
    ['LagDuration', (server, props) => server.metricLagDuration(props)],
    ['Backlog', (server, props) => server.metricBacklog(props)],
    ['ElapsedReplicationDuration', (server, props) => server.metricElapsedReplicationDuration(props)],
    ['DurationSinceLastSuccessfulRecoveryLaunch', (server, props) => server.metricDurationSinceLastSuccessfulRecoveryLaunch(props)],
  ])('%s: the maximum, of the account and the Region of the server', (metricName, metricOf) => {
    expect(metricOf(imported())).toMatchObject({
      namespace: 'AWS/DRS',
      metricName,
      dimensions,
      statistic: 'Maximum',
      account: '444455556666',
      region: 'us-west-2',
    });
    expect(metricOf(imported(), { statistic: 'p90' }).statistic).toBe('p90');
  });

  test('any other: the average', () => {
    expect(imported().metric('Other')).toMatchObject({ namespace: 'AWS/DRS', metricName: 'Other', dimensions, statistic: 'Average' });
  });

  test('an alarm of the stack of its server', () => {
    const stack = newStack();
    imported(stack, ARN).metricLagDuration().createAlarm(stack, 'Lag', { threshold: 3600, evaluationPeriods: 3 });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/DRS',
      MetricName: 'LagDuration',
      Statistic: 'Maximum',
      Dimensions: [{ Name: 'SourceServerID', Value: ID }],
    });
  });

  test('a stack without an account and a Region names neither', () => {
    const stack = new Stack(new App(), 'Stack');
    const server = SourceServer.fromSourceServerId(stack, 'Server', ID);
    expect([server.metricBacklog().account, server.metricBacklog().region]).toEqual([undefined, undefined]);
    server.metricBacklog().createAlarm(stack, 'Backlog', { threshold: 1, evaluationPeriods: 1 });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { MetricName: 'Backlog', Metrics: Match.absent() });
  });
});
