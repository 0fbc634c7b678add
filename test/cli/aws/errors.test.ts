import { withReadableErrors } from '../../../cli/aws/errors';
import { Failure } from '../../../lambda/aws/errors';

const named = (name: string, message = 'told by AWS') => Object.assign(new Error(message), { name });

test.each<[string, Error, RegExp]>([
  ['credentials that expired', named('ExpiredTokenException'), /credentials have expired.*`aws sso login`.*told by AWS/],
  ['credentials that expired, as older services say it', named('ExpiredToken'), /credentials have expired/],
  [
    'a session of the Identity Center that ended',
    named('CredentialsProviderError', 'Token is expired. To refresh this SSO session run aws sso login'),
    /credentials have expired/,
  ],
  ['no credentials', named('CredentialsProviderError'), /no credentials.*--profile/],
  ['a key that is not known', named('UnrecognizedClientException'), /does not know your credentials.*`aws sts get-caller-identity`/],
  ["a secret that is not the key's", named('InvalidSignatureException'), /does not know your credentials.*`aws sts get-caller-identity`/],
  ['access denied', named('AccessDeniedException'), /^You may not call drs:DescribeSourceServers: have it granted/],
  ['access denied by CloudFormation', named('AccessDenied'), /^You may not call drs:DescribeSourceServers/],
  ['access denied by EC2', named('UnauthorizedOperation'), /^You may not call drs:DescribeSourceServers/],
  [
    'a name that can not be looked up',
    Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
    /could not be reached.*Is the Region's name right/,
  ],
  ['no answer', named('TimeoutError'), /could not be reached/],
  ['anything else', named('InternalServerException'), /^drs:DescribeSourceServers failed. AWS says: InternalServerException: told by AWS/],
])('%s', async (_what, error, told) => {
  const asked = withReadableErrors('drs:DescribeSourceServers', () => Promise.reject(error));
  await expect(asked).rejects.toThrow(Failure);
  await expect(asked).rejects.toThrow(told);
});

test('only credentials that expired are of no use for anything else', async () => {
  await expect(withReadableErrors('a', () => Promise.reject(named('ExpiredToken')))).rejects.toMatchObject({ kind: 'expired' });
  await expect(withReadableErrors('a', () => Promise.reject(named('AccessDenied')))).rejects.not.toHaveProperty('kind', 'expired');
});

test('the profile is in the command', async () => {
  const before = process.env.AWS_PROFILE;
  process.env.AWS_PROFILE = 'recovery';
  try {
    await expect(withReadableErrors('a', () => Promise.reject(named('ExpiredToken')))).rejects.toThrow(
      '`aws sso login --profile recovery`',
    );
  } finally {
    if (before === undefined) {
      delete process.env.AWS_PROFILE;
    } else {
      process.env.AWS_PROFILE = before;
    }
  }
});
