import { App, CfnParameter, Fn, Stack, Token } from 'aws-cdk-lib';
import { SourceServer } from '../../lib';

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
