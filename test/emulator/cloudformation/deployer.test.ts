import { CreateChangeSetCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { defaultAccountId } from '../../../emulator/defaults';
import { ResourceProvider } from '../../../emulator/resource-provider';
import { Settings } from '../../../emulator/settings';
import { EmbeddedCloudFormation } from './embedded-cloudformation';

let aws: EmbeddedCloudFormation;
const start = async (settings: Partial<Settings> = {}) =>
  (aws = await EmbeddedCloudFormation.start({ settings, providers: { 'AWS::Lambda::Function': someFunction } }));
afterEach(() => aws.stop());

/** A function that is there as soon as somebody asks. */
const someFunction: ResourceProvider = {
  create: async () => ({ physicalId: 'Function', attributes: {} }),
  update: async () => ({ physicalId: 'Function', attributes: {} }),
  delete: async () => undefined,
};

const EXECUTION_ROLE = `arn:aws:iam::${defaultAccountId}:role/cdk-hnb659fds-cfn-exec-role`;
const exceptForIt = { ArnNotLike: { 'aws:PrincipalArn': EXECUTION_ROLE } };

const Capabilities = ['CAPABILITY_NAMED_IAM' as const];
const create = (body: object, more: object = {}) => aws.create('Stack', body, { Capabilities, ...more });
const update = (body: object) => aws.update('Stack', body, { Capabilities });
const remove = (more: object = {}) => aws.delete('Stack', more);

function deny(action: string, Condition: object = {}, Resource = '*'): void {
  const policy = { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: action, Resource, Condition } };
  aws.iam.serviceControlPolicies.attach(defaultAccountId, JSON.stringify(policy));
}

const denyNothing = () => aws.iam.serviceControlPolicies.attach(defaultAccountId);
const trust = { Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
const document = { Statement: [{ Effect: 'Allow', Action: 'drs:DescribeSourceServers', Resource: '*' }] };

/** Everything whose rights are looked at; `more` is what an update changes. */
const template = (more = 'before') => ({
  Resources: {
    Role: { Type: 'AWS::IAM::Role', Properties: { Path: '/p/', RoleName: 'Role', AssumeRolePolicyDocument: { ...trust, Id: more } } },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'Policy', PolicyDocument: { ...document, Id: more }, Roles: [{ Ref: 'Role' }] },
    },
    Function: { Type: 'AWS::Lambda::Function', Properties: { Description: more, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
    Custom: { Type: 'Custom::Resource', Properties: { ServiceToken: aws.functions.arn, More: more } },
  },
});

const ROLE = `arn:aws:iam::${defaultAccountId}:role/p/Role`;
const FUNCTION = `arn:aws:lambda:eu-central-1:${defaultAccountId}:function`;

test.each([
  ['iam:CreateRole', ROLE],
  ['iam:PutRolePolicy', ROLE],
  ['iam:PassRole', ROLE],
  ['lambda:CreateFunction', `${FUNCTION}:Stack-Function`],
  ['lambda:InvokeFunction', `${FUNCTION}:fake`],
])('a create needs %s on %s', async (action, resource) => {
  await start();
  deny(action, {}, resource);
  expect(await create(template())).toBe('ROLLBACK_COMPLETE');
  expect(aws.events.map(({ reason }) => reason).join()).toContain(`perform: ${action} on resource: ${resource} with an explicit deny`);
});

test.each([
  ['iam:UpdateAssumeRolePolicy', ROLE],
  ['iam:PutRolePolicy', ROLE],
  ['iam:PassRole', ROLE],
  ['lambda:UpdateFunctionCode', `${FUNCTION}:Function`],
  ['lambda:UpdateFunctionConfiguration', `${FUNCTION}:Function`],
  ['lambda:InvokeFunction', `${FUNCTION}:fake`],
])('an update needs %s on %s', async (action, resource) => {
  await start();
  await create(template());
  deny(action, {}, resource);
  await update(template('after'));
  expect(aws.events.map(({ reason }) => reason).join()).toContain(`perform: ${action} on resource: ${resource} with an explicit deny`);
});

test.each([
  ['iam:DeleteRole', ROLE],
  ['iam:DeleteRolePolicy', ROLE],
  ['lambda:DeleteFunction', `${FUNCTION}:Function`],
  ['lambda:InvokeFunction', `${FUNCTION}:fake`],
])('a deletion needs %s on %s', async (action, resource) => {
  await start();
  await create(template());
  deny(action, {}, resource);
  expect(await remove()).toBe('DELETE_FAILED');
  expect(aws.events.map(({ reason }) => reason).join()).toContain(`perform: ${action} on resource: ${resource} with an explicit deny`);
  denyNothing();
  expect(await remove()).toBe('DELETE_COMPLETE');
});

test('a role that is passed deploys, and goes on to; another one takes its place', async () => {
  await start();
  deny('lambda:InvokeFunction', exceptForIt);
  expect(await create(template(), { RoleARN: EXECUTION_ROLE })).toBe('CREATE_COMPLETE');
  expect(await update(template('after'))).toBe('UPDATE_COMPLETE');
  expect(await remove({ RoleARN: `${EXECUTION_ROLE}-2` })).toBe('DELETE_FAILED');
  expect(await remove({ RoleARN: EXECUTION_ROLE })).toBe('DELETE_COMPLETE');
});

test('a change set is deployed by the role that it was made with', async () => {
  await start();
  deny('lambda:InvokeFunction', exceptForIt);
  const names = { StackName: 'Stack', ChangeSetName: 'cdk-deploy' };
  const TemplateBody = JSON.stringify(template());
  const passed = { RoleARN: EXECUTION_ROLE, ChangeSetType: 'CREATE' as const };
  await aws.client.send(new CreateChangeSetCommand({ ...names, ...passed, TemplateBody, Capabilities }));
  await aws.client.send(new ExecuteChangeSetCommand(names));
  expect(await aws.cloudFormation.settled('Stack')).toBe('CREATE_COMPLETE');
  expect(await remove()).toBe('DELETE_COMPLETE');
});

test('without a role, whoever calls deploys', async () => {
  await start();
  deny('lambda:InvokeFunction', exceptForIt);
  expect(await create(template())).toBe('ROLLBACK_COMPLETE');
});

test('who passes a role must be allowed to', async () => {
  await start();
  deny('iam:PassRole', { StringEquals: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } });
  await expect(create(template(), { RoleARN: EXECUTION_ROLE })).rejects.toThrow('perform: iam:PassRole');
  expect(await create(template())).toBe('CREATE_COMPLETE');
});

test.each([
  [true, 'CREATE_COMPLETE'],
  [false, 'ROLLBACK_COMPLETE'],
])('a function is invoked with aws:ViaAWSService %s', async (invocationViaService, status) => {
  await start({ invocationViaService });
  deny('lambda:InvokeFunction', { Bool: { 'aws:ViaAWSService': 'false' } });
  expect(await create(template())).toBe(status);
});

test('everything else is called with aws:ViaAWSService', async () => {
  await start({ invocationViaService: false });
  deny('iam:*', { Bool: { 'aws:ViaAWSService': 'false' } });
  expect(await create(template())).toBe('CREATE_COMPLETE');
});
