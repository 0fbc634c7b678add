import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { Session } from '../../../cli/aws/session';
import { STS_HOSTS } from './sts-hosts';

// What a profile asks of STS or of the Identity Center must be asked where the plan is, and a person only once.

const folder = mkdtempSync(path.join(tmpdir(), 'credentials-'));
const environment = process.env;
const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!;
const START_URL = 'https://d-1234567890.awsapps.com/start';
const PHONE = 'arn:aws:iam::111122223333:mfa/phone';
let number = 0;

afterAll(() => {
  process.env = environment;
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  jest.restoreAllMocks();
  Object.defineProperty(process, 'stdin', stdin);
});

/** A request: to which host, as whom, for which role, with which code. */
type Asked = [host: string, accessKey: string | undefined, role: string | undefined, code: string | undefined];

let asked: Asked[];
let denies: string | undefined;
let expiresIn: number;
let shown: string;

beforeEach(() => {
  [asked, denies, expiresIn, shown] = [[], undefined, 3_600_000, ''];
  process.env = {
    HOME: folder,
    PATH: environment.PATH,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none'),
  };
  jest.spyOn(NodeHttpHandler.prototype, 'handle').mockImplementation(async (request) => ({ response: answer(new HttpRequest(request)) }));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
});

function answer({ hostname, headers, body }: HttpRequest): HttpResponse {
  const form = new URLSearchParams(String(body ?? ''));
  const action = form.get('Action');
  const role = form.get('RoleArn')?.split('/').pop();
  const accessKey = /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1];
  asked.push([hostname, accessKey, role, form.get('TokenCode') ?? undefined]);
  const expiration = Date.now() + expiresIn;
  const respond = (statusCode: number, text: string) => new HttpResponse({ statusCode, headers: {}, body: Readable.from([text]) });
  if (role !== undefined && role === denies) {
    return respond(403, '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>');
  }
  return action === null
    ? respond(200, JSON.stringify({ roleCredentials: { accessKeyId: 'ASIAsso', secretAccessKey: 's', sessionToken: 't', expiration } }))
    : respond(
        200,
        `<${action}Response><${action}Result><Credentials><AccessKeyId>ASIA${role}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>` +
          `<SessionToken>t</SessionToken><Expiration>${new Date(expiration).toISOString()}</Expiration></Credentials></${action}Result></${action}Response>`,
      );
}

/** Whose keys the session has. Each time another file: the SDK reads one once only. */
async function open(profile: string | undefined, config: string, region?: string): Promise<Session> {
  process.env.AWS_CONFIG_FILE = path.join(folder, `config-${number++}`);
  writeFileSync(process.env.AWS_CONFIG_FILE, config);
  return Session.open({ profile, region });
}

const KEYS = 'aws_access_key_id = AKIDbase\naws_secret_access_key = example\n';
const role = (name: string, more: string, partition = 'aws') => `role_arn = arn:${partition}:iam::111122223333:role/${name}\n${more}\n`;
const BASE = `[profile base]\n${KEYS}`;

async function accessKeyOf(session: Session): Promise<string> {
  await new STSClient(session.configuration()).send(new GetCallerIdentityCommand({}));
  return String(asked.pop()?.[1]);
}

describe('The role of a profile is assumed in the Region of the plan', () => {
  test.each(STS_HOSTS)('%s', async (region, partition, host) => {
    const session = await open('dr', `[profile dr]\n${role('dr', 'source_profile = base', partition)}${BASE}`, region);
    expect(asked).toEqual([[host, 'AKIDbase', 'dr', undefined]]);
    expect(await accessKeyOf(session)).toBe('ASIAdr');
  });

  const GOV = 'sts.us-gov-west-1.amazonaws.com';

  test.each<[string, string, Record<string, string>, Asked[]]>([
    [
      'named by the profile',
      `[profile dr]\nregion = us-gov-west-1\n${role('dr', 'source_profile = base')}${BASE}`,
      {},
      [[GOV, 'AKIDbase', 'dr', undefined]],
    ],
    [
      'named by AWS_REGION, rather than by the profile that the keys are of',
      `[profile dr]\n${role('dr', 'source_profile = base')}${BASE}region = us-east-1\n`,
      { AWS_REGION: 'us-gov-west-1' },
      [[GOV, 'AKIDbase', 'dr', undefined]],
    ],
    [
      'with sts_regional_endpoints = legacy, which is of older tools',
      `[profile dr]\nsts_regional_endpoints = legacy\n${role('dr', 'source_profile = base')}${BASE}`,
      { AWS_REGION: 'us-gov-west-1' },
      [[GOV, 'AKIDbase', 'dr', undefined]],
    ],
    [
      'a role whose source is a role',
      `[profile dr]\n${role('dr', 'source_profile = hub')}[profile hub]\n${role('hub', 'source_profile = base')}${BASE}`,
      { AWS_REGION: 'us-gov-west-1' },
      [
        [GOV, 'AKIDbase', 'hub', undefined],
        [GOV, 'ASIAhub', 'dr', undefined],
      ],
    ],
    [
      'a role with keys of the environment',
      `[profile dr]\n${role('dr', 'credential_source = Environment')}`,
      { AWS_REGION: 'us-gov-west-1', AWS_ACCESS_KEY_ID: 'AKIDenv', AWS_SECRET_ACCESS_KEY: 'example' },
      [[GOV, 'AKIDenv', 'dr', undefined]],
    ],
    [
      'a role with a web identity',
      `[profile dr]\n${role('dr', `web_identity_token_file = ${__filename}`)}`,
      { AWS_REGION: 'us-gov-west-1' },
      [[GOV, undefined, 'dr', undefined]],
    ],
    [
      'a role whose source is the Identity Center, which has a Region of its own',
      `[profile dr]\n${role('dr', 'source_profile = sso')}[profile sso]\nsso_start_url = ${START_URL}\nsso_region = us-gov-east-1\n` +
        'sso_account_id = 111122223333\nsso_role_name = Operator\n',
      { AWS_REGION: 'us-gov-west-1' },
      [
        ['portal.sso.us-gov-east-1.amazonaws.com', undefined, undefined, undefined],
        [GOV, 'ASIAsso', 'dr', undefined],
      ],
    ],
  ])('%s', async (_what, config, variables, expected) => {
    const cache = path.join(folder, '.aws/sso/cache');
    mkdirSync(cache, { recursive: true });
    const token = { accessToken: 'example', expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
    writeFileSync(path.join(cache, `${createHash('sha1').update(START_URL).digest('hex')}.json`), JSON.stringify(token));
    Object.assign(process.env, variables);
    const session = await open('dr', config);
    expect(asked).toEqual(expected);
    expect(await accessKeyOf(session)).toBe('ASIAdr');
  });

  test('with a web identity of the environment, too', async () => {
    const AWS_ROLE_ARN = 'arn:aws-us-gov:iam::111122223333:role/dr';
    Object.assign(process.env, { AWS_REGION: 'us-gov-west-1', AWS_WEB_IDENTITY_TOKEN_FILE: __filename, AWS_ROLE_ARN });
    await open(undefined, '');
    expect(asked).toEqual([[GOV, undefined, 'dr', undefined]]);
  });

  test('where it is denied, the sentence names it', async () => {
    denies = 'dr';
    await expect(open('dr', `[profile dr]\n${role('dr', 'source_profile = base')}${BASE}`, 'eu-central-1')).rejects.toThrow(
      /^You may not call sts:AssumeRole on arn:aws:iam::111122223333:role\/dr: have it granted to you/,
    );
  });
});

describe('The code of an MFA device', () => {
  const WITH_CODE = `[profile dr]\n${role('dr', `source_profile = base\nmfa_serial = ${PHONE}`)}${BASE}`;

  /** Somebody types at this terminal, or a pipe. */
  function typing(...lines: string[]): PassThrough {
    const typed = new PassThrough();
    lines.forEach((line) => typed.write(`${line}\n`));
    Object.defineProperty(process, 'stdin', { value: typed, configurable: true });
    return typed;
  }

  test('is asked for once, although several clients are made, and the clock of this machine is wrong', async () => {
    typing('123456');
    expiresIn = -3_600_000;
    const session = await open('dr', WITH_CODE, 'eu-central-1');
    for (const region of ['eu-central-1', 'us-west-2']) {
      await new STSClient(session.configuration(region)).send(new GetCallerIdentityCommand({}));
    }
    expect(asked.map(([, accessKey, assumed, code]) => [accessKey, assumed, code])).toEqual([
      ['AKIDbase', 'dr', '123456'],
      ['ASIAdr', undefined, undefined],
      ['ASIAdr', undefined, undefined],
    ]);
    expect(shown).toBe(`MFA code for ${PHONE}: `);
  });

  test('of a role whose source asks for one, too, is asked for when the other one was taken', async () => {
    const typed = typing('111111');
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      shown += String(text);
      if (String(text).includes('tablet')) {
        typed.write('222222\n');
      }
      return true;
    });
    const tablet = 'arn:aws:iam::111122223333:mfa/tablet';
    const hub = `[profile hub]\n${role('hub', `source_profile = base\nmfa_serial = ${PHONE}`)}`;
    await open('dr', `[profile dr]\n${role('dr', `source_profile = hub\nmfa_serial = ${tablet}`)}${hub}${BASE}`, 'eu-central-1');
    expect(asked.map(([, , assumed, code]) => [assumed, code])).toEqual([
      ['hub', '111111'],
      ['dr', '222222'],
    ]);
    expect(shown).toBe(`MFA code for ${PHONE}: MFA code for ${tablet}: `);
  });

  test('is not asked for if there is nobody to use it', async () => {
    typing().end();
    await expect(open('dr', WITH_CODE.replace(BASE, ''), 'eu-central-1')).rejects.toThrow(/^There are no credentials that could be used/);
    expect(shown).toBe('');
  });

  test.each(['is closed', 'was closed before', 'says nothing'])(
    'where the input %s, the sentence has the command that helps',
    async (what) => {
      const typed = typing();
      jest.spyOn(AbortSignal, 'timeout').mockReturnValue(what === 'says nothing' ? AbortSignal.abort() : new AbortController().signal);
      if (what !== 'says nothing') {
        typed.end();
      }
      if (what === 'was closed before') {
        await new Promise((resolve) => typed.resume().once('end', resolve));
      }
      await expect(open('dr', WITH_CODE, 'eu-central-1')).rejects.toThrow(
        `The role arn:aws:iam::111122223333:role/dr asks for the code of ${PHONE}, and none was typed. Run this in a terminal; or there let the AWS ` +
          'command line hand over the credentials: set the variables that `aws configure export-credentials --profile dr --format env` prints, ' +
          'then try again without --profile and AWS_PROFILE, with --region eu-central-1.',
      );
      expect(asked).toEqual([]);
    },
  );

  test('at a terminal there is no time limit', async () => {
    Object.assign(typing('123456'), { isTTY: true, setRawMode: () => undefined });
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    await open('dr', WITH_CODE, 'eu-central-1');
    expect(timeout).not.toHaveBeenCalled();
  });

  test('that STS does not take: the sentence says what to do', async () => {
    typing('123456');
    denies = 'dr';
    await expect(open('dr', WITH_CODE, 'eu-central-1')).rejects.toThrow(
      /^STS did not let you assume the role arn:aws:iam::111122223333:role\/dr with this code of .*mfa\/phone\. A code is taken once only.* AWS says: AccessDenied: not you$/,
    );
  });
});

describe('A profile of `aws login`, which the SDK that is bundled does not know', () => {
  const LOGIN = 'login_session = arn:aws:iam::111122223333:user/somebody\n';

  test('the sentence tells the Region, too, which was in the profile', async () => {
    await expect(open('somebody', `[profile somebody]\nregion = us-gov-west-1\n${LOGIN}`)).rejects.toThrow(
      /then try again without --profile and AWS_PROFILE, with --region us-gov-west-1\.$/,
    );
  });

  test('keys of the profile come first', async () => {
    expect(await accessKeyOf(await open('somebody', `[profile somebody]\n${LOGIN}${KEYS}`, 'eu-central-1'))).toBe('AKIDbase');
  });

  test('profiles that are the source of each other lead nowhere', async () => {
    const config = `[profile a]\n${role('a', 'source_profile = b')}[profile b]\n${role('b', 'source_profile = a')}`;
    await expect(open('a', config, 'eu-central-1')).rejects.toThrow(/^There are no credentials that could be used/);
  });
});
