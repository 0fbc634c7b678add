import { Clock } from '../control/clock';
import { randomHex, randomUpperCase } from '../control/random';
import { partition } from '../defaults';
import { AwsError, Caller, Identity } from '../http/service';
import { ResourceProviders } from '../resource-provider';
import { Settings } from '../settings';
import { RequestContext } from './conditions';
import { Decision, evaluate } from './evaluation';
import { ManagedPolicyProvider } from './managed-policy-provider';
import { AuthorizationContext, Credentials, Role, Session, SessionCredentials } from './model';
import { PolicyProvider } from './policy-provider';
import { RoleProvider } from './role-provider';
import { Roles } from './roles';
import { ServiceControlPolicies } from './service-control-policies';
import { Trust, trustIn } from './trust';

/** Who calls, and what they may do. */
export class Iam {
  readonly roles: Roles;
  readonly serviceControlPolicies = new ServiceControlPolicies();
  readonly providers: ResourceProviders;
  private readonly rolesOfSessions = new WeakMap<Caller, Role>();
  private readonly sessions = new WeakMap<Caller, Session>();
  private readonly operators = new Map<string, Credentials>();
  private readonly keys = new Map<string, { readonly caller: Caller; readonly credentials: Credentials | SessionCredentials }>();

  constructor({ clock, settings }: { clock: Clock; settings: Settings }) {
    this.roles = new Roles(clock, settings.policyPropagation);
    this.providers = {
      'AWS::IAM::Role': new RoleProvider(this.roles),
      'AWS::IAM::Policy': new PolicyProvider(this.roles),
      'AWS::IAM::ManagedPolicy': new ManagedPolicyProvider(this.roles),
    };
  }

  /** The long-term key of an account's operator, to whom only service control policies refuse anything. Another one at each start: nobody can know it who wasn't told. */
  operatorCredentials(accountId: string): Credentials {
    const known = this.operators.get(accountId);
    if (known) return known;
    const caller: Caller = { kind: 'operator', accountId, arn: `arn:${partition}:iam::${accountId}:user/operator` };
    const credentials = { accessKeyId: `AKIA${randomUpperCase(16)}`, secretAccessKey: randomHex(40) };
    this.operators.set(accountId, credentials);
    this.keys.set(credentials.accessKeyId, { caller, credentials });
    return credentials;
  }

  /** A session of a role, as AWS's own services get one: its trust policy is not asked. */
  issueCredentials(roleArn: string, sessionName: string): SessionCredentials {
    return this.issue('role', roleArn, sessionName);
  }

  /** As whom a service works that was passed a role. A role that isn't modelled (CDK's bootstrap roles) may do what an operator may. */
  serviceSession(roleArn: string, sessionName: string): Caller {
    const { accessKeyId } = this.issue(this.roles.findByArn(roleArn) ? 'role' : 'operator', roleArn, sessionName);
    return this.callerOf(accessKeyId)!;
  }

  /** What STS AssumeRole does. An operator may assume any role, and stays one where the role isn't modelled (CDK's bootstrap roles). */
  assumeRole(
    caller: Caller,
    roleArn: string,
    sessionName: string,
    context: AuthorizationContext = {},
    session: Session = { policies: [], tags: new Map() },
  ): SessionCredentials {
    const { accountId } = parseRoleArn(roleArn);
    const role = this.roles.findByArn(roleArn);
    if (caller.kind === 'operator') return this.issue(role ? 'role' : 'operator', roleArn, sessionName, session);
    const request = { 'sts:RoleSessionName': sessionName, ...context, ...requestContextOf(session) };
    for (const action of actionsFor(session)) {
      const trust = this.trustOf(caller, role, action, request);
      if (trust === 'none') throw accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${roleArn}`);
      if (trust === 'account' || caller.accountId !== accountId) this.authorize(caller, action, roleArn, request);
    }
    return this.issue('role', roleArn, sessionName, session);
  }

  callerOf(accessKeyId: string): Caller | undefined {
    return this.keys.get(accessKeyId)?.caller;
  }

  /** As callerOf, with the secret that must have signed; temporary credentials are worth nothing without their session token. */
  identify(accessKeyId: string, sessionToken: string | undefined): Identity | undefined {
    const known = this.keys.get(accessKeyId);
    if (!known || ('sessionToken' in known.credentials && known.credentials.sessionToken !== sessionToken)) return undefined;
    return { caller: known.caller, secretAccessKey: known.credentials.secretAccessKey };
  }

  /** Throws unless the account's and the caller's policies, as they stand now, allow this. `resource` is an ARN, or * where the action knows no resources. */
  authorize(caller: Caller, action: string, resource: string, context: AuthorizationContext = {}): void {
    const role = this.roleOf(caller);
    const session = this.sessions.get(caller);
    const request = { action, resource, context: contextOf(caller, role, context, session) };
    const refuse = (decision: Decision, kind: string): void => {
      if (decision === 'allowed') return;
      const why =
        decision === 'not allowed'
          ? `because no ${kind} policy allows the ${action} action`
          : `with an explicit deny in ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind} policy`;
      throw accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`);
    };
    refuse(this.serviceControlPolicies.decide(caller.accountId, request), 'service control');
    if (caller.kind === 'operator') return;
    refuse(evaluate(role ? this.roles.policiesOf(role) : [], request), 'identity-based');
    for (const policy of session?.policies ?? []) refuse(evaluate([policy], request), 'session');
  }

  /** The role that a session is of, unless that was deleted: one created anew under its name is another. */
  private roleOf(caller: Caller): Role | undefined {
    const role = this.roles.find(caller.accountId, caller.roleName);
    return role === (this.rolesOfSessions.get(caller) ?? role) ? role : undefined;
  }

  private trustOf(caller: Caller, role: Role | undefined, action: string, context: AuthorizationContext): Trust {
    const own = this.roleOf(caller);
    if (!own) return 'none';
    const principal = { accountId: caller.accountId, roleId: own.id, sessionArn: caller.arn };
    return trustIn(principal, action, role?.trust.seen, contextOf(caller, own, context, this.sessions.get(caller)));
  }

  private issue(kind: Caller['kind'], roleArn: string, sessionName: string, session?: Session): SessionCredentials {
    const { accountId, roleName } = parseRoleArn(roleArn);
    const arn = `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
    const caller: Caller = { kind, accountId, arn, roleArn, ...(kind === 'role' && { roleName }) };
    const role = this.roleOf(caller);
    if (role) this.rolesOfSessions.set(caller, role);
    if (session) this.sessions.set(caller, session);
    const credentials = { accessKeyId: `ASIA${randomUpperCase(16)}`, secretAccessKey: randomHex(40), sessionToken: randomHex(120) };
    this.keys.set(credentials.accessKeyId, { caller, credentials });
    return credentials;
  }
}

function parseRoleArn(roleArn: string): { accountId: string; roleName: string } {
  const match = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]{1,64})$/.exec(roleArn);
  if (!match) throw new AwsError('ValidationError', `${roleArn} is invalid`, 400);
  const [, accountId = '', roleName = ''] = match;
  return { accountId, roleName };
}

/** A source identity and tags are actions of their own, which the trust policy must allow, too. */
function actionsFor({ sourceIdentity, tags }: Session): string[] {
  return [
    'sts:AssumeRole',
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(tags.size === 0 ? [] : ['sts:TagSession']),
  ];
}

/** What policies know of the session that is asked for. */
function requestContextOf({ sourceIdentity, tags }: Session): AuthorizationContext {
  return {
    ...(sourceIdentity !== undefined && { 'sts:SourceIdentity': sourceIdentity }),
    ...(tags.size > 0 && { 'aws:TagKeys': [...tags.keys()] }),
    ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

function contextOf(caller: Caller, role: Role | undefined, about: AuthorizationContext, session?: Session): RequestContext {
  const context: AuthorizationContext = {
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalArn': role?.arn ?? caller.roleArn ?? caller.arn,
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    ...(session?.sourceIdentity !== undefined && { 'aws:SourceIdentity': session.sourceIdentity }),
    ...Object.fromEntries([...(session?.tags ?? [])].map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
    ...about,
  };
  return new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]));
}

function accessDenied(message: string): AwsError {
  return new AwsError('AccessDeniedException', message, 403);
}
