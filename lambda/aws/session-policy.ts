import { accountOfRole, type Reach } from './role';

/** What STS takes for a policy. */
const FITS = /^[\x20-\xff]{1,2048}$/;

/**
 * Denies the session to change any other source server, and leaves the rest to what the role's owner has granted.
 * Undefined if STS would not take it.
 */
export function sessionPolicy(roleArn: string, { region, sourceServerId = '*', tags = {} }: Reach): string | undefined {
  const Action = ['drs:DisconnectSourceServer', 'drs:DeleteSourceServer'];
  const [, partition] = roleArn.split(':');
  const NotResource = `arn:${partition}:drs:${region}:${accountOfRole(roleArn)}:source-server/${sourceServerId}`;
  const others = Object.entries(tags).map(([key, value]) => ({
    Resource: '*',
    // IAM would read ${…} as a variable.
    Condition: { StringNotEquals: { [`aws:ResourceTag/${key}`]: value.replaceAll('${', '${$}{') } },
  }));
  const denials = [{ NotResource }, ...others].map((which) => ({ Effect: 'Deny', Action, ...which }));
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }, ...denials] });
  return FITS.test(policy) ? policy : undefined;
}
