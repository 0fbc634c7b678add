/**
 * What a role asks of a session before it lets itself be assumed.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export interface AssumeRoleOptions {
  /**
   * The external ID that the role's trust policy asks for with the condition `sts:ExternalId`: 2 to 1,224 letters, digits and `+=,.@:/_-`.
   *
   * It is no secret: it stands in the template.
   *
   * @default - none
   */
  readonly externalId?: string;

  /**
   * The source identity of the session, which CloudTrail shows for whatever the session does: 2 to 64 letters, digits and `+=,.@_-`.
   *
   * The role's trust policy must allow `sts:SetSourceIdentity`, too.
   *
   * @default - none
   */
  readonly sourceIdentity?: string;

  /**
   * The tags of the session, which policies know as `aws:PrincipalTag/KEY`: 50 at most, with keys of 128 characters and values of 256.
   *
   * The role's trust policy must allow `sts:TagSession`, too.
   *
   * @default - none
   */
  readonly sessionTags?: { [key: string]: string };
}
