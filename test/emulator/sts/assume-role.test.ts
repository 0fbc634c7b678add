import { DescribeSourceServersCommand } from '@aws-sdk/client-drs';
import { AssumeRoleCommand, AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { defaultAccountId } from '../../../emulator/defaults';
import { SessionCredentials } from '../../../emulator/iam/model';
import { CreatedResource } from '../../../emulator/resource-provider';
import { resource, Services } from '../services';

const otherAccount = '444455556666';
const assume = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' };
const targetArn = `arn:aws:iam::${defaultAccountId}:role/target`;

let services: Services;
beforeEach(async () => (services = await Services.start()));
afterEach(() => services.stop());

const arnOf = (role: CreatedResource) => String(role.attributes.Arn);
const trustIn = (AWS: string | string[], Condition?: object) => ({
  Statement: [{ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...(Condition && { Condition }) }],
});
const trustInLambda = { Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
const roles = () => services.iam.providers['AWS::IAM::Role'];

/** A role that Lambda may have, with these statements. */
function createCaller(statements: object[] = [], properties: object = {}): Promise<CreatedResource> {
  const Policies = statements.length > 0 ? [{ PolicyName: 'P', PolicyDocument: { Statement: statements } }] : [];
  return roles().create(resource('Caller', { AssumeRolePolicyDocument: trustInLambda, Policies, ...properties }));
}

/** The role "target", with what it trusts. */
function createTarget(trust: object, accountId?: string, properties: object = {}): Promise<CreatedResource> {
  return roles().create(resource('Target', { RoleName: 'target', AssumeRolePolicyDocument: trust, ...properties }, accountId));
}

async function deleteRole(role: CreatedResource): Promise<void> {
  await roles().delete({ ...resource('Role', { AssumeRolePolicyDocument: trustInLambda }), physicalId: role.physicalId });
}

const sessionOf = (role: CreatedResource) => services.iam.issueCredentials(arnOf(role), 'session');

function assumeTarget(credentials: SessionCredentials, input: Partial<AssumeRoleCommandInput> = {}): Promise<AssumeRoleCommandOutput> {
  const command = new AssumeRoleCommand({ RoleArn: targetArn, RoleSessionName: 'session', ...input });
  return services.stsClient({ credentials }).send(command);
}

/** AWS's words, whatever the reason. */
function refusal(caller: CreatedResource, roleArn = targetArn): object {
  const session = `arn:aws:sts::${defaultAccountId}:assumed-role/${caller.physicalId}/session`;
  return {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
    message: `User: ${session} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
  };
}

describe('a role may assume another if it is', () => {
  const root = `arn:aws:iam::${defaultAccountId}:root`;

  test.each<[string, (caller: CreatedResource) => object, object[], string, boolean]>([
    ['trusted itself', (caller) => trustIn(arnOf(caller)), [], defaultAccountId, true],
    [
      'trusted as this session',
      (caller) => trustIn(`arn:aws:sts::${defaultAccountId}:assumed-role/${caller.physicalId}/session`),
      [],
      defaultAccountId,
      true,
    ],
    [
      'trusted as another session only',
      (caller) => trustIn(`arn:aws:sts::${defaultAccountId}:assumed-role/${caller.physicalId}/other`),
      [assume],
      defaultAccountId,
      false,
    ],
    ['trusted by its account only', () => trustIn(root), [], defaultAccountId, false],
    ['trusted by its account, and allowed', () => trustIn(root), [assume], defaultAccountId, true],
    ['trusted by the account ID, and allowed', () => trustIn([otherAccount, defaultAccountId]), [assume], defaultAccountId, true],
    ['trusted with everybody only', () => trustIn('*'), [], defaultAccountId, false],
    ['trusted with everybody, and allowed', () => trustIn('*'), [assume], defaultAccountId, true],
    ['not trusted, but allowed', () => trustInLambda, [assume], defaultAccountId, false],
    ['of an account that is not trusted', () => trustIn(otherAccount), [assume], defaultAccountId, false],
    ['across accounts, trusted only', (caller) => trustIn(arnOf(caller)), [], otherAccount, false],
    ['across accounts, allowed only', () => trustIn(otherAccount), [assume], otherAccount, false],
    ['across accounts, trusted and allowed', (caller) => trustIn(arnOf(caller)), [assume], otherAccount, true],
    ['across accounts, trusted by its account, and allowed', () => trustIn(root), [assume], otherAccount, true],
    ['trusted, but denied', (caller) => trustIn(arnOf(caller)), [assume, { ...assume, Effect: 'Deny' }], otherAccount, false],
  ])('%s', async (_name, trust, statements, accountId, allowed) => {
    const caller = await createCaller(statements);
    await createTarget(trust(caller), accountId);
    const roleArn = `arn:aws:iam::${accountId}:role/target`;
    const answer = assumeTarget(sessionOf(caller), { RoleArn: roleArn });
    if (allowed) {
      const { Credentials } = await answer;
      expect(services.iam.callerOf(Credentials?.AccessKeyId ?? '')).toMatchObject({ kind: 'role', accountId, roleName: 'target' });
    } else {
      await expect(answer).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining(`sts:AssumeRole on resource: ${roleArn}`),
      });
    }
  });
});

describe('conditions of a trust policy', () => {
  const name = 'caller';
  const callerArn = `arn:aws:iam::${defaultAccountId}:role/some/path/${name}`;

  test.each<[string, object, Partial<AssumeRoleCommandInput>, boolean]>([
    ['the external ID', { StringEquals: { 'sts:ExternalId': 'secret' } }, { ExternalId: 'secret' }, true],
    ['no external ID', { StringEquals: { 'sts:ExternalId': 'secret' } }, {}, false],
    ["the role's ARN", { ArnEquals: { 'aws:PrincipalArn': callerArn } }, {}, true],
    ["a pattern of the role's ARN", { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${defaultAccountId}:role/some/*` } }, {}, true],
    [
      "the session's ARN, which a principal's is not",
      { ArnEquals: { 'aws:PrincipalArn': `arn:aws:sts::${defaultAccountId}:assumed-role/${name}/session` } },
      {},
      false,
    ],
    ['the account', { StringEquals: { 'aws:PrincipalAccount': defaultAccountId } }, {}, true],
    ['another account', { StringEquals: { 'aws:PrincipalAccount': otherAccount } }, {}, false],
    ['the session name', { StringLike: { 'sts:RoleSessionName': 'cdk-drs-*' } }, { RoleSessionName: 'cdk-drs-1' }, true],
    ['another session name', { StringLike: { 'sts:RoleSessionName': 'cdk-drs-*' } }, {}, false],
    ['the Region of the call', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }, {}, true],
  ])('on %s', async (_name, condition, input, allowed) => {
    const caller = await createCaller([], { RoleName: name, Path: '/some/path/' });
    await createTarget(trustIn(callerArn, condition));
    const answer = assumeTarget(sessionOf(caller), input);
    if (allowed) await expect(answer).resolves.toMatchObject({ Credentials: {} });
    else await expect(answer).rejects.toMatchObject(refusal(caller));
  });

  test("count on the caller's side too", async () => {
    const caller = await createCaller([{ ...assume, Condition: { StringEquals: { 'sts:RoleSessionName': 'right' } } }]);
    await createTarget(trustIn(defaultAccountId));
    await expect(assumeTarget(sessionOf(caller), { RoleSessionName: 'wrong' })).rejects.toMatchObject({ name: 'AccessDenied' });
    await assumeTarget(sessionOf(caller), { RoleSessionName: 'right' });
  });
});

describe('one and the same refusal', () => {
  test.each<[string, (caller: CreatedResource) => Promise<unknown>]>([
    ['of a role that never was', () => Promise.resolve()],
    ['of a role that was deleted', async (caller) => deleteRole(await createTarget(trustIn(arnOf(caller))))],
    ['of a role that trusts nobody but a service', () => createTarget(trustInLambda)],
    ['of a role that trusts another role', async () => createTarget(trustIn(arnOf(await createCaller())))],
    ['of a role of another path', (caller) => createTarget(trustIn(arnOf(caller)), undefined, { Path: '/path/' })],
  ])('%s', async (_name, prepare) => {
    const caller = await createCaller([assume]);
    await prepare(caller);
    await expect(assumeTarget(sessionOf(caller))).rejects.toMatchObject(refusal(caller));
  });
});

describe('once a role was deleted', () => {
  const describeServers = { Effect: 'Allow', Action: 'drs:DescribeSourceServers', Resource: '*' };
  const describedBy = (credentials: SessionCredentials) => services.drsClient({ credentials }).send(new DescribeSourceServersCommand({}));

  test('its sessions may do nothing more, not even if a role of its name is created', async () => {
    const properties = { RoleName: 'caller', AssumeRolePolicyDocument: trustInLambda };
    const Policies = [{ PolicyName: 'P', PolicyDocument: { Statement: [describeServers, assume] } }];
    const request = resource('Caller', { ...properties, Policies });
    const caller = await roles().create(request);
    await createTarget(trustIn(defaultAccountId));
    const session = sessionOf(caller);
    await describedBy(session);
    await assumeTarget(session);

    await roles().delete({ ...request, physicalId: caller.physicalId });
    await expect(describedBy(session)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(assumeTarget(session)).rejects.toMatchObject(refusal(caller));
    const anew = await roles().create(request);
    await expect(describedBy(session)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(assumeTarget(session)).rejects.toMatchObject(refusal(caller));
    await describedBy(sessionOf(anew));
  });

  test('a role of its name is not trusted in its place, until the trust policy is written again', async () => {
    const caller = await createCaller([], { RoleName: 'caller' });
    const target = await createTarget(trustIn(arnOf(caller)));
    await deleteRole(caller);
    const anew = await createCaller([], { RoleName: 'caller' });
    await expect(assumeTarget(sessionOf(anew))).rejects.toMatchObject(refusal(anew));
    await roles().update({
      ...resource('Target', { RoleName: 'target', AssumeRolePolicyDocument: trustIn([arnOf(anew)]) }),
      physicalId: target.physicalId,
      oldProperties: { RoleName: 'target', AssumeRolePolicyDocument: trustIn(arnOf(caller)) },
    });
    await assumeTarget(sessionOf(anew));
  });
});

describe('a trust policy that names nobody', () => {
  test.each<[string, string | object, string]>([
    ['a role', { AWS: 'arn:aws:iam::444455556666:role/none' }, '"AWS":"arn:aws:iam::444455556666:role/none"'],
    ['roles by a pattern', { AWS: ['*', 'arn:aws:iam::111122223333:role/*'] }, '"AWS":"arn:aws:iam::111122223333:role/*"'],
    ['a user', { AWS: 'arn:aws:iam::111122223333:user/none' }, '"AWS":"arn:aws:iam::111122223333:user/none"'],
    [
      'a session of no role',
      { AWS: 'arn:aws:sts::111122223333:assumed-role/none/session' },
      '"AWS":"arn:aws:sts::111122223333:assumed-role/none/session"',
    ],
    ['an ARN without its type', 'arn:aws:iam::111122223333:root', '"arn:aws:iam::111122223333:root"'],
  ])('%s, is malformed, and nothing is left', async (_name, principal, named) => {
    const trust = { Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] };
    await expect(createTarget(trust)).rejects.toMatchObject({
      name: 'MalformedPolicyDocument',
      message: `Invalid principal in policy: ${named}`,
    });
    const target = await createTarget(trustInLambda);
    const update = roles().update({
      ...resource('Target', { RoleName: 'target', AssumeRolePolicyDocument: { ...trust, Id: 'new' } }),
      physicalId: target.physicalId,
      oldProperties: { RoleName: 'target', AssumeRolePolicyDocument: trustInLambda },
    });
    await expect(update).rejects.toMatchObject({ name: 'MalformedPolicyDocument' });
  });

  test('no role can trust itself before it exists', async () => {
    await expect(createTarget(trustIn(targetArn))).rejects.toThrow(`Invalid principal in policy: "AWS":"${targetArn}"`);
  });
});

describe('AssumeRole refuses', () => {
  test.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    ['a shorter session', { DurationSeconds: 900 }, "AssumeRole's DurationSeconds is not modelled"],
    ['a session policy that is too long', { Policy: 'x'.repeat(2049) }, "at 'policy' failed"],
    ['a session policy of other characters', { Policy: '{"Sid":"ā"}' }, "at 'policy' failed"],
    ['session policies', { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/X' }] }, "AssumeRole's PolicyArns.member.1.arn is not modelled"],
    ['the key of a session tag', { Tags: [{ Key: 'aws:a', Value: 'b' }] }, "at 'tags' failed"],
    ['the value of a session tag', { Tags: [{ Key: 'a', Value: '${b}' }] }, "at 'tags' failed"],
    ['a source identity of one character', { SourceIdentity: 'x' }, "at 'sourceIdentity' failed"],
    ['a session name of one character', { RoleSessionName: 'x' }, "at 'roleSessionName' failed"],
    ['a session name of 65 characters', { RoleSessionName: 'x'.repeat(65) }, "at 'roleSessionName' failed"],
    ['a session name with a slash', { RoleSessionName: 'a/b' }, "at 'roleSessionName' failed"],
  ])('%s', async (_name, input, message) => {
    const caller = await createCaller();
    await createTarget(trustIn(arnOf(caller)));
    await expect(assumeTarget(sessionOf(caller), input)).rejects.toMatchObject({
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
      message: expect.stringContaining(message),
    });
  });

  test.each(['ab', 'x'.repeat(64), 'a+b=c,d.e@f-g_1'])('nothing of the session name %s', async (RoleSessionName) => {
    const caller = await createCaller();
    await createTarget(trustIn(arnOf(caller)));
    const { AssumedRoleUser } = await assumeTarget(sessionOf(caller), { RoleSessionName });
    expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${defaultAccountId}:assumed-role/target/${RoleSessionName}`);
  });
});

describe('a session', () => {
  const drsAllowed = [{ PolicyName: 'P', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'drs:*', Resource: '*' }] } }];
  const assumed = async (input: Partial<AssumeRoleCommandInput>, trusted: string[] = ['sts:*'], condition?: object) => {
    const caller = await createCaller();
    const [statement] = trustIn(arnOf(caller), condition).Statement;
    await createTarget({ Statement: [{ ...statement, Action: trusted }] }, undefined, { Policies: drsAllowed });
    const { Credentials } = await assumeTarget(sessionOf(caller), input);
    return services.iam.callerOf(Credentials?.AccessKeyId ?? '')!;
  };
  const may = (caller: Parameters<typeof services.iam.authorize>[0], action: string, resource: string) => () =>
    services.iam.authorize(caller, action, resource);
  const policy = (...Statement: object[]) => ({ Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  const [one, other] = ['s-1', 's-2'].map((id) => `arn:aws:drs:eu-central-1:${defaultAccountId}:source-server/${id}`);

  test('may do what its role and its own policy allow, both', async () => {
    const denial = { Effect: 'Deny', Action: 'drs:DisconnectSourceServer', NotResource: one };
    const session = await assumed(policy(everything, denial));
    expect(may(session, 'drs:DisconnectSourceServer', one)).not.toThrow();
    expect(may(session, 'drs:DisconnectSourceServer', other)).toThrow(/with an explicit deny in a session policy$/);
    expect(may(session, 'drs:DeleteSourceServer', other)).not.toThrow();
    expect(may(session, 's3:GetObject', 'arn:aws:s3:::b/k')).toThrow(/no identity-based policy allows/);
  });

  test('may not do what its own policy does not allow', async () => {
    const session = await assumed(policy({ ...everything, Action: 'drs:Describe*' }));
    expect(may(session, 'drs:DisconnectSourceServer', one)).toThrow(
      /because no session policy allows the drs:DisconnectSourceServer action$/,
    );
  });

  test.each([['{'], [JSON.stringify({ Statement: [] })], [JSON.stringify({ Statement: [{ ...everything, Principal: '*' }] })]])(
    'the policy %s is malformed',
    (Policy) => expect(assumed({ Policy })).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' }),
  );

  test.each<[string, Partial<AssumeRoleCommandInput>, string, object]>([
    ['a source identity', { SourceIdentity: 'cdk-drs' }, 'sts:SetSourceIdentity', { StringEquals: { 'sts:SourceIdentity': 'cdk-drs' } }],
    ['tags', { Tags: [{ Key: 'Team', Value: 'dr' }] }, 'sts:TagSession', { StringEquals: { 'aws:RequestTag/team': 'dr' } }],
  ])('with %s asks for an action of its own, whose conditions know it', async (_what, input, action, condition) => {
    await expect(assumed(input, ['sts:AssumeRole'])).rejects.toThrow(`not authorized to perform: ${action}`);
    await services.stop();
    services = await Services.start();
    await assumed(input, ['sts:AssumeRole', action], condition);
  });

  test('of a role of another account: the caller needs the action, too', async () => {
    const caller = await createCaller([assume]);
    await createTarget({ Statement: [{ Effect: 'Allow', Principal: { AWS: arnOf(caller) }, Action: 'sts:*' }] }, otherAccount);
    const RoleArn = targetArn.replace(defaultAccountId, otherAccount);
    await expect(assumeTarget(sessionOf(caller), { RoleArn, SourceIdentity: 'me' })).rejects.toThrow(/sts:SetSourceIdentity/);
  });
});
