import { createHash } from 'node:crypto';
import { Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { INLINE_POLICIES_QUOTA, sizeOnRole } from './policy-size';
import { validationError } from './validation';

interface Grant {
  readonly statement: iam.PolicyStatement;
  readonly policy: iam.Policy;
}

/** What is known only when it is deployed, but for the stack's own account, Region and partition. */
const KNOWN_LATER = /"Ref":"(?!AWS::)|"Fn::(?!Join")/;

/** The grants of single source servers by their ARNs: one policy for each action, since one for each server would take more than twice the room. */
export class ServerGrants {
  private readonly grants = new Map<string, Grant>();

  constructor(
    private readonly scope: Construct,
    private readonly role: iam.IRole,
  ) {
    scope.node.addValidation({ validate: () => this.tooLarge() });
  }

  add(resource: Construct, action: string, sourceServerArn: string): IDependable {
    if (KNOWN_LATER.test(JSON.stringify(Stack.of(this.scope).resolve(sourceServerArn)))) {
      throw validationError(
        resource,
        'The ARN of the source server is known only when it is deployed, and its teardown function has scopeToDeclaredServers: ' +
          'with another ARN the grant would be edited in place, before the deletion of the old server that still needs it.',
        'Write the ID of the source server into the app, or leave out scopeToDeclaredServers.',
      );
    }
    const { statement, policy } = this.grants.get(action) ?? this.begin(action);
    if (!statement.resources.includes(sourceServerArn)) {
      statement.addResources(sourceServerArn);
    }
    return policy;
  }

  /** The policy is complete only at synthesis, and so is its logical ID, which is another one for each content: no policy is ever edited. */
  private begin(action: string): Grant {
    const statement = new iam.PolicyStatement({ actions: [action] });
    const document = new iam.PolicyDocument({ statements: [statement] });
    const policy = new iam.Policy(this.scope, `Grant${action.replace('drs:', '')}`, { document });
    const resource = policy.node.defaultChild as iam.CfnPolicy;
    const stack = Stack.of(this.scope);
    const hash = () =>
      createHash('sha256')
        .update(JSON.stringify(stack.resolve(statement.resources)))
        .digest('hex')
        .slice(0, 6);
    resource.overrideLogicalId(Lazy.uncachedString({ produce: () => stack.getLogicalId(resource) + hash() }));
    this.role.attachInlinePolicy(policy);
    const grant = { statement, policy };
    this.grants.set(action, grant);
    return grant;
  }

  private tooLarge(): string[] {
    const size = sizeOnRole(Stack.of(this.scope), this.role);
    const longest = INLINE_POLICIES_QUOTA / 2;
    const arns = [...this.grants.values()].reduce((sum, { statement }) => sum + statement.resources.length, 0);
    const message =
      `With ${arns} ARNs of source servers, the inline policies of the role of this function may take ${size} bytes. ` +
      `IAM takes ${INLINE_POLICIES_QUOTA}, and an update has the old policies and the new ones on the role at the same time: ${longest} is the most that can be updated. ` +
      'Declare fewer source servers for this function, select them by tags with a FleetDisconnection, or leave out scopeToDeclaredServers.';
    return size > longest ? [message] : [];
  }
}
