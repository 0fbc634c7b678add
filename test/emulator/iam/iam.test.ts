import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { SessionCredentials } from '../../../emulator/iam/model';
import { CreatedResource, ResourceProvider } from '../../../emulator/resource-provider';
import { Settings } from '../../../emulator/settings';
import { resource, Services } from '../services';

let services: Services;
const start = async (settings?: Partial<Settings>) => (services = await Services.start(settings));
beforeEach(() => start());
afterEach(() => services.stop());

const describeServers = { Effect: 'Allow', Action: 'drs:DescribeSourceServers', Resource: '*' };
const trust = { Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
const document = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements });
const longDocument = (length: number) => document({ ...describeServers, Sid: 'x'.repeat(length) });

function provider(type: 'Role' | 'Policy' | 'ManagedPolicy'): ResourceProvider {
  return services.iam.providers[`AWS::IAM::${type}`];
}

function createRole(properties: object = {}): Promise<CreatedResource> {
  return provider('Role').create(resource('Role', { AssumeRolePolicyDocument: trust, ...properties }));
}

function sessionOf(role: CreatedResource): SessionCredentials {
  return services.iam.issueCredentials(String(role.attributes.Arn), 'session');
}

/** Whether a session may call DescribeSourceServers now. */
async function mayDescribe(credentials: SessionCredentials): Promise<boolean> {
  const answer = services.drsClient({ credentials }).send(new DescribeSourceServersCommand({}));
  return answer.then(
    () => true,
    (error: Error) => error.name !== 'AccessDeniedException',
  );
}

test('a role is nobody until a policy says otherwise, and an error names caller, action and resource', async () => {
  const credentials = await services.roleWith();
  const arn = services.iam.callerOf(credentials.accessKeyId)?.arn;
  const refused = services.drsClient({ credentials }).send(new DisconnectSourceServerCommand({ sourceServerID: 's-0123456789abcdef0' }));
  await expect(refused).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
    message:
      `User: ${arn} is not authorized to perform: drs:DisconnectSourceServer on resource: ` +
      'arn:aws:drs:eu-central-1:111122223333:source-server/s-0123456789abcdef0 because no identity-based policy allows the drs:DisconnectSourceServer action',
  });
});

test('an explicit deny is named as such', async () => {
  const credentials = await services.roleWith(describeServers, { ...describeServers, Effect: 'Deny' });
  const refused = services.drsClient({ credentials }).send(new DescribeSourceServersCommand({}));
  await expect(refused).rejects.toThrow('with an explicit deny in an identity-based policy');
});

describe('AWS::IAM::Role', () => {
  test('has a made-up name, or its own, and the attributes of CloudFormation', async () => {
    const role = await createRole();
    expect(role.physicalId).toMatch(/^Stack-Role-[A-Z2-7]{12}$/);
    expect(role.attributes).toEqual({
      Arn: `arn:aws:iam::111122223333:role/${role.physicalId}`,
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
    });
    const named = await createRole({ RoleName: 'mine', Path: '/some/path/' });
    expect(named).toMatchObject({ physicalId: 'mine', attributes: { Arn: 'arn:aws:iam::111122223333:role/some/path/mine' } });
  });

  test("a role's own policies, and AWS's and the account's managed ones, all count", async () => {
    const managed = await provider('ManagedPolicy').create(resource('Managed', { PolicyDocument: document(describeServers) }));
    const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    const role = await createRole({ ManagedPolicyArns: [managed.physicalId, basic] });
    const caller = services.iam.callerOf(sessionOf(role).accessKeyId);
    expect(await mayDescribe(sessionOf(role))).toBe(true);
    expect(() => caller && services.iam.authorize(caller, 'logs:PutLogEvents', '*')).not.toThrow();
    expect(() => caller && services.iam.authorize(caller, 'logs:DeleteLogGroup', '*')).toThrow('logs:DeleteLogGroup');
  });

  test('an update edits in place, and replaces where the name changes', async () => {
    const before = { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'A', PolicyDocument: document(describeServers) }] };
    const role = await provider('Role').create(resource('Role', before));
    const update = (properties: object) =>
      provider('Role').update({ ...resource('Role', { ...before, ...properties }), physicalId: role.physicalId, oldProperties: before });
    expect((await update({ Policies: [] })).physicalId).toBe(role.physicalId);
    expect(await mayDescribe(sessionOf(role))).toBe(false);
    expect((await update({ RoleName: 'another' })).physicalId).toBe('another');
  });

  test.each<[string, object, string]>([
    ['no trust policy', { AssumeRolePolicyDocument: undefined }, 'Syntax errors in policy.'],
    [
      'a trust policy beyond 2,048 characters',
      { AssumeRolePolicyDocument: { ...trust, Id: 'x'.repeat(2000) } },
      'Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'inline policies beyond 10,240 characters together',
      { RoleName: 'big', Policies: ['A', 'B'].map((PolicyName) => ({ PolicyName, PolicyDocument: longDocument(5200) })) },
      'Maximum policy size of 10240 bytes exceeded for role big',
    ],
    [
      'more than 10 managed policies',
      { ManagedPolicyArns: Array.from({ length: 11 }, (_, index) => `arn:aws:iam::aws:policy/P${index}`) },
      'Cannot exceed quota for PoliciesPerRole: 10',
    ],
    [
      'a managed policy that does not exist',
      { ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/none'] },
      'Policy arn:aws:iam::111122223333:policy/none does not exist or is not attachable.',
    ],
    ['a permissions boundary, which is not modelled', { PermissionsBoundary: 'arn:aws:iam::aws:policy/X' }, 'not modelled'],
  ])('is refused with %s, and nothing is left', async (_name, properties, message) => {
    const named = { RoleName: 'big', ...properties };
    await expect(createRole(named)).rejects.toThrow(message);
    await expect(createRole({ RoleName: 'big' })).resolves.toBeDefined();
  });

  test('white space does not count', async () => {
    const spacious = document({ ...describeServers, Sid: ' '.repeat(12_000) });
    await expect(createRole({ Policies: [{ PolicyName: 'A', PolicyDocument: spacious }] })).resolves.toBeDefined();
  });

  test('its name is taken once', async () => {
    await createRole({ RoleName: 'mine' });
    await expect(createRole({ RoleName: 'mine' })).rejects.toThrow('Role with name mine already exists.');
  });
});

describe('AWS::IAM::Policy', () => {
  const properties = (role: CreatedResource, policy: object = {}) => ({
    PolicyName: 'P',
    PolicyDocument: document(describeServers),
    Roles: [role.physicalId],
    ...policy,
  });

  test('grants while it exists', async () => {
    const role = await createRole();
    const policy = await provider('Policy').create(resource('Policy', properties(role)));
    expect(await mayDescribe(sessionOf(role))).toBe(true);
    await provider('Policy').delete({ ...resource('Policy', properties(role)), physicalId: policy.physicalId });
    expect(await mayDescribe(sessionOf(role))).toBe(false);
  });

  test('an update edits it, and takes it from a role that it leaves', async () => {
    const [one, other] = [await createRole(), await createRole()];
    const { physicalId } = await provider('Policy').create(resource('Policy', properties(one)));
    const after = properties(other);
    const updated = await provider('Policy').update({ ...resource('Policy', after), physicalId, oldProperties: properties(one) });
    expect(updated.physicalId).toBe(physicalId);
    expect([await mayDescribe(sessionOf(one)), await mayDescribe(sessionOf(other))]).toEqual([false, true]);
    const nothing = properties(other, { PolicyDocument: document({ ...describeServers, Action: 'drs:Other' }) });
    await provider('Policy').update({ ...resource('Policy', nothing), physicalId, oldProperties: after });
    expect(await mayDescribe(sessionOf(other))).toBe(false);
  });

  test("counts towards its role's quota", async () => {
    const role = await createRole({ Policies: [{ PolicyName: 'A', PolicyDocument: longDocument(6000) }] });
    const tooMuch = provider('Policy').create(resource('Policy', properties(role, { PolicyDocument: longDocument(6000) })));
    await expect(tooMuch).rejects.toThrow(`Maximum policy size of 10240 bytes exceeded for role ${role.physicalId}`);
  });

  test('a role that still has one cannot be deleted', async () => {
    const role = await createRole({ Policies: [{ PolicyName: 'Own', PolicyDocument: document(describeServers) }] });
    const policy = await provider('Policy').create(resource('Policy', properties(role)));
    const own = { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'Own', PolicyDocument: document(describeServers) }] };
    const deleteRole = () => provider('Role').delete({ ...resource('Role', own), physicalId: role.physicalId });
    await expect(deleteRole()).rejects.toMatchObject({
      name: 'DeleteConflict',
      message: 'Cannot delete entity, must delete policies first.',
    });
    await provider('Policy').delete({ ...resource('Policy', properties(role)), physicalId: policy.physicalId });
    await deleteRole();
    expect(services.iam.roles.find('111122223333', role.physicalId)).toBeUndefined();
  });

  test('needs a role that exists', async () => {
    const without = { PolicyName: 'P', PolicyDocument: document(describeServers) };
    await expect(provider('Policy').create(resource('Policy', without))).rejects.toThrow(
      'At least one of [Groups,Roles,Users] must be non-empty.',
    );
    await expect(provider('Policy').create(resource('Policy', { ...without, Roles: ['none'] }))).rejects.toThrow(
      'The role with name none cannot be found.',
    );
  });
});

describe('AWS::IAM::ManagedPolicy', () => {
  test('grants to its roles while it exists, which cannot go before it', async () => {
    const role = await createRole();
    const properties = { PolicyDocument: document(describeServers), Roles: [role.physicalId], ManagedPolicyName: 'mine' };
    const policy = await provider('ManagedPolicy').create(resource('Managed', properties));
    expect(policy).toMatchObject({
      physicalId: 'arn:aws:iam::111122223333:policy/mine',
      attributes: { PolicyId: expect.stringMatching(/^ANPA/) },
    });
    expect(await mayDescribe(sessionOf(role))).toBe(true);
    const deleteRole = () =>
      provider('Role').delete({ ...resource('Role', { AssumeRolePolicyDocument: trust }), physicalId: role.physicalId });
    await expect(deleteRole()).rejects.toThrow('Cannot delete entity, must detach all policies first.');
    await provider('ManagedPolicy').delete({ ...resource('Managed', properties), physicalId: policy.physicalId });
    expect(await mayDescribe(sessionOf(role))).toBe(false);
    await deleteRole();
  });

  test('that somebody else attached cannot be deleted', async () => {
    const properties = { PolicyDocument: document(describeServers) };
    const { physicalId } = await provider('ManagedPolicy').create(resource('Managed', properties));
    await createRole({ ManagedPolicyArns: [physicalId] });
    const deletion = provider('ManagedPolicy').delete({ ...resource('Managed', properties), physicalId });
    await expect(deletion).rejects.toThrow('Cannot delete a policy attached to entities.');
  });

  test('has a quota of 6,144 characters', async () => {
    const tooLong = provider('ManagedPolicy').create(resource('Managed', { PolicyDocument: longDocument(6144) }));
    await expect(tooLong).rejects.toThrow('Cannot exceed quota for PolicySize: 6144');
  });
});

describe('a policy takes a while to spread', () => {
  const seconds = 30;
  const policy = (statement: object) => [{ PolicyName: 'P', PolicyDocument: document(statement) }];
  const granting = { AssumeRolePolicyDocument: trust, Policies: policy(describeServers) };
  const granted = policy({ ...describeServers, Action: 'drs:Other' });

  beforeEach(async () => {
    await services.stop();
    await start({ policyPropagation: seconds });
  });

  test('a new one counts after that', async () => {
    const credentials = sessionOf(await createRole(granting));
    expect(await mayDescribe(credentials)).toBe(false);
    services.clock.pass(seconds * 1000 - 1);
    expect(await mayDescribe(credentials)).toBe(false);
    services.clock.pass(1);
    expect(await mayDescribe(credentials)).toBe(true);
  });

  test('an edited one counts as it was until then', async () => {
    const role = await createRole(granting);
    services.clock.pass(seconds * 1000);
    const edited = { ...granting, Policies: granted };
    await provider('Role').update({ ...resource('Role', edited), physicalId: role.physicalId, oldProperties: granting });
    expect(await mayDescribe(sessionOf(role))).toBe(true);
    services.clock.pass(seconds * 1000);
    expect(await mayDescribe(sessionOf(role))).toBe(false);
  });

  test('a deleted one ends at once', async () => {
    const role = await createRole(granting);
    services.clock.pass(seconds * 1000);
    const without = { ...granting, Policies: [] };
    await provider('Role').update({ ...resource('Role', without), physicalId: role.physicalId, oldProperties: granting });
    expect(await mayDescribe(sessionOf(role))).toBe(false);
  });
});
