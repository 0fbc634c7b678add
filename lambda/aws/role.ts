/** As whom a service is called: without a role as the function itself. */
export interface Principal {
  readonly assumeRoleArn?: string;
  readonly session?: RoleSession;
}

/** What the session of a role has beside its name. */
export interface RoleSession {
  readonly externalId?: string;
  readonly sourceIdentity?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The source servers that the session may change: one of the Region, or all of it that carry the tags. */
export interface Reach {
  readonly region: string;
  readonly sourceServerId?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The account of a role, or undefined for what is no ARN of a role. */
export function accountOfRole(roleArn: string): string | undefined {
  return /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(roleArn)?.[1];
}
