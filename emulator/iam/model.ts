import { PolicyDocument } from './policy-document';
import { Propagated } from './propagated';

export interface Role {
  readonly accountId: string;
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly trust: Propagated<PolicyDocument>;
  readonly inlinePolicies: Map<string, Propagated<PolicyDocument>>;
  /** Attached managed policies by ARN. */
  readonly attachments: Map<string, Propagated<true>>;
}

/** The roles of every account, for who only looks. */
export interface KnownRoles {
  find(accountId: string, name: string | undefined): Role | undefined;
  findByArn(roleArn: string): Role | undefined;
}

/** A managed policy of an account's own. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly id: string;
  readonly document: Propagated<PolicyDocument>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SessionCredentials extends Credentials {
  readonly sessionToken: string;
}

/** What a session of a role has beside its name: policies that it must be allowed by, too. */
export interface Session {
  readonly policies: readonly PolicyDocument[];
  readonly sourceIdentity?: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** What a service knows of a request: condition key → value or values. */
export type AuthorizationContext = Record<string, string | readonly string[]>;
