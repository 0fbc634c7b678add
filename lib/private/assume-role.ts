import { Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AssumeRoleOptions } from '../assume-role-options';
import type { OptionProperties } from '../contract';
import { validationError, withoutTokens } from './validation';

interface RoleProps {
  readonly assumeRole?: iam.IRole;
  readonly assumeRoleOptions?: AssumeRoleOptions;
}

// The forms that STS takes, from its service model.
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const SOURCE_IDENTITY = /^(?!aws:)[\w+=,.@-]{2,64}$/i;
const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const MOST_TAGS = 50;

/** Refuses what STS would refuse, as far as it is known at synth. */
export function checkAssumeRoleOptions(scope: Construct, { assumeRole, assumeRoleOptions: options }: RoleProps): void {
  if (!options) {
    return;
  }
  if (!assumeRole) {
    throw validationError(scope, 'There are assumeRoleOptions, but no role to assume.', 'Pass assumeRole, or leave them out.');
  }
  const { externalId, sourceIdentity, sessionTags = {} } = options;
  check(scope, 'external ID', externalId, EXTERNAL_ID, '2 to 1,224 letters, digits and +=,.@:/_-');
  check(scope, 'source identity', sourceIdentity, SOURCE_IDENTITY, "2 to 64 letters, digits and +=,.@_-, not beginning with 'aws:'");
  const keys = Object.keys(sessionTags);
  for (const key of keys) {
    check(scope, 'key of a session tag', key, TAG_KEY, "1 to 128 letters, digits, spaces and _.:/=+-@, not beginning with 'aws:'");
    check(
      scope,
      `value of the session tag ${withoutTokens(key)}`,
      sessionTags[key],
      TAG_VALUE,
      'at most 256 letters, digits, spaces and _.:/=+-@',
    );
  }
  const distinct = new Set(keys.map((key) => key.toLowerCase()));
  if (distinct.size > MOST_TAGS || distinct.size < keys.length) {
    const fix = `STS takes ${MOST_TAGS} at most, and doesn't tell keys apart that differ only in case.`;
    throw validationError(scope, `These are not session tags: ${keys.map(withoutTokens).join(', ')}.`, fix);
  }
}

function check(scope: Construct, what: string, value: string | undefined, form: RegExp, expected: string) {
  if (value !== undefined && !Token.isUnresolved(value) && !form.test(value)) {
    throw validationError(scope, `${JSON.stringify(value)} is not the ${what}.`, `STS takes ${expected}.`);
  }
}

/** What a template says of the role and of its session; what is not there is left out. */
export function assumeRoleProperties({ assumeRole, assumeRoleOptions = {} }: RoleProps): OptionProperties {
  const { externalId, sourceIdentity, sessionTags } = assumeRoleOptions;
  return {
    ...(assumeRole && { AssumeRoleArn: assumeRole.roleArn }),
    ...(externalId !== undefined && { AssumeRoleExternalId: externalId }),
    ...(sourceIdentity !== undefined && { AssumeRoleSourceIdentity: sourceIdentity }),
    ...(hasTags(assumeRoleOptions) && { AssumeRoleSessionTags: { ...sessionTags } }),
  };
}

export function hasTags({ sessionTags = {} }: AssumeRoleOptions): boolean {
  return Object.keys(sessionTags).length > 0;
}
