import { setTimeout as sleep } from 'node:timers/promises';
import { INCOMPLETE, isNamed } from '../../lambda/aws/retry';
import { Failure, messageOf } from '../../lambda/aws/errors';
import { command, join, type Message, say } from '../../lambda/aws/message';

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'];
const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'];
const UNKNOWN_KEY = [
  'AuthFailure',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
const UNREACHABLE = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

/** How often AWS is asked for an answer that lacks a part, and the pause in between, in milliseconds. */
const ATTEMPTS = 4;
const PAUSE = 500;

/**
 * Makes a call of AWS, and says of an error what to do about it. Where an answer lacks a part, the whole call is made again: the SDK doesn't know of it.
 *
 * @throws Failure with a message for the person who typed the command
 */
export async function withReadableErrors<T>(action: string, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS || !isNamed(error, INCOMPLETE)) {
        throw explained(action, error);
      }
      await sleep(PAUSE);
    }
  }
}

function explained(action: string, error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const told = messageOf(error);
  const isOfProvider = isNamed(error, 'CredentialsProviderError', 'TokenProviderError');
  if (isNamed(error, ...EXPIRED) || (isOfProvider && /expired|sso login/i.test(String(told)))) {
    return new Failure(say`Your credentials have expired. Renew them: ${signIn()} if you signed in so. AWS says: ${told}`, {
      kind: 'expired',
    });
  }
  if (isOfProvider) {
    return new Failure(
      join([
        say`There are no credentials that could be used. Sign in with ${signIn()}, name another profile with --profile,`,
        say`or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. ${told}`,
      ]),
    );
  }
  if (isDenied(error)) {
    return new Failure(say`You may not call ${action}: have it granted to you, or name another profile with --profile. AWS says: ${told}`);
  }
  if (isNamed(error, ...UNKNOWN_KEY)) {
    return new Failure(
      join([
        'AWS does not know your credentials: they were deleted, or are of another partition, or the Region is not enabled in the account.',
        say`${whoAmI()} shows whose they are. AWS says to ${action}: ${told}`,
      ]),
    );
  }
  if (UNREACHABLE.includes((error as { code?: string }).code ?? '') || isNamed(error, 'TimeoutError')) {
    return new Failure(
      say`AWS could not be reached for ${action}. Is the Region's name right, and does this machine have a network? ${told}`,
    );
  }
  return new Failure(say`${action} failed. AWS says: ${told}`, { cause: error });
}

export function isDenied(error: unknown): boolean {
  return isNamed(error, ...DENIED);
}

function signIn(): Message {
  const { AWS_PROFILE: any } = process.env;
  return any ? command`aws sso login --profile ${{ any }}` : command`aws sso login`;
}

function whoAmI(): Message {
  const { AWS_PROFILE: any } = process.env;
  return any ? command`aws sts get-caller-identity --profile ${{ any }}` : command`aws sts get-caller-identity`;
}
