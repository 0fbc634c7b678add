import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpResponse } from '@smithy/protocol-http';
import { STSClient } from '@aws-sdk/client-sts';
import { Session } from '../../../cli/aws/session';
import { STS_HOSTS } from './sts-hosts';

// A Region becomes part of the name of a host, which gets signed requests: wherever it is named, it must be one.

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };
const environment = process.env;
const folder = mkdtempSync(path.join(tmpdir(), 'session-'));
let files = 0;
let configFile: string;

const write = (...lines: string[]) => writeFileSync(configFile, lines.join('\n'));

beforeEach(() => {
  // The SDK reads a file once: each test has one of its own.
  configFile = path.join(folder, `config-${files++}`);
  process.env = { ...KEYS, AWS_CONFIG_FILE: configFile, AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none') };
  write();
});
afterAll(() => {
  process.env = environment;
  rmSync(folder, { recursive: true });
});

test.each(['evil.example/', 'x@evil.example', 'evil.example#', 'EU-CENTRAL-1', 'everywhere', 'eu-central-1.evil.example'])(
  '%j is refused, wherever it is named',
  async (region) => {
    await expect(Session.open({ region })).rejects.toThrow(`'${region}' is not a Region`);
    delete process.env.AWS_REGION;
    process.env.AWS_DEFAULT_REGION = region;
    await expect(Session.open({})).rejects.toThrow(`'${region}' is not a Region`);
    process.env.AWS_REGION = region;
    await expect(Session.open({})).rejects.toThrow(`'${region}' is not a Region`);
  },
);

test('that of a profile, too', async () => {
  write('[profile recovery]', 'aws_access_key_id = AKIDEXAMPLE', 'aws_secret_access_key = example', 'region = evil.example');
  process.env.AWS_PROFILE = 'recovery';
  await expect(Session.open({})).rejects.toThrow("'evil.example' is not a Region");
});

test('a variable that is empty names none', async () => {
  Object.assign(process.env, { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-central-1' });
  expect((await Session.open({})).region).toBe('eu-central-1');
});

test.each(['eu-central-1', 'cn-north-1', 'us-gov-west-1', 'us-isob-east-1'])('%s is one', async (region) => {
  expect((await Session.open({ region })).region).toBe(region);
});

/** STS assumes every role; the hosts and the bodies that it was asked with. */
function everyRoleIsAssumed() {
  const asked: { host: string; body: string }[] = [];
  jest.spyOn(NodeHttpHandler.prototype, 'handle').mockImplementation(({ hostname, body }) => {
    asked.push({ host: hostname, body: String(body) });
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    const keys = `<AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>`;
    const credentials = `<Credentials>${keys}<Expiration>${expiration}</Expiration></Credentials>`;
    const answer = `<AssumeRoleResponse><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`;
    const stream = new PassThrough();
    stream.end(answer);
    return Promise.resolve({ response: new HttpResponse({ statusCode: 200, headers: {}, body: stream }) });
  });
  return asked;
}

const KEYS_OF_PROFILE = ['aws_access_key_id = AKIDEXAMPLE', 'aws_secret_access_key = example'];

describe('the role of a profile', () => {
  afterEach(() => jest.restoreAllMocks());

  test.each(STS_HOSTS)(
    'in %s is assumed in its partition, whether the profile or an option names the Region',
    async (region, partition, host) => {
      const asked = everyRoleIsAssumed();
      const role = [`role_arn = arn:${partition}:iam::111122223333:role/Reader`, 'source_profile = default'];
      for (const [options, lines] of [
        [{ profile: 'reader' }, [...role, `region = ${region}`]],
        [{ profile: 'reader', region }, role],
      ] as const) {
        delete process.env.AWS_REGION;
        write('[default]', ...KEYS_OF_PROFILE, '[profile reader]', ...lines);
        expect((await Session.open(options)).region).toBe(region);
      }
      expect(asked.map((one) => one.host)).toEqual([host, host]);
    },
  );

  test('which is assumed by a role of another profile, is assumed there as well', async () => {
    const asked = everyRoleIsAssumed();
    write(
      ...['[default]', ...KEYS_OF_PROFILE],
      ...['[profile first]', 'role_arn = arn:aws-us-gov:iam::111122223333:role/First', 'source_profile = default'],
      ...[
        '[profile second]',
        'role_arn = arn:aws-us-gov:iam::111122223333:role/Second',
        'source_profile = first',
        'region = us-gov-east-1',
      ],
    );
    await Session.open({ profile: 'second' });
    expect(asked.map(({ host, body }) => `${host} ${/role%2F(\w+)/.exec(body)?.[1]}`)).toEqual([
      'sts.us-gov-east-1.amazonaws.com First',
      'sts.us-gov-east-1.amazonaws.com Second',
    ]);
  });

  /** Somebody who types the next code when asked. */
  function typist(...codes: string[]) {
    const asked: string[] = [];
    const terminal = new PassThrough();
    jest.spyOn(process, 'stdin', 'get').mockReturnValue(terminal as unknown as typeof process.stdin);
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      const [, serial] = /MFA code for (\S+): /.exec(String(text)) ?? [];
      if (serial !== undefined) {
        terminal.write(`${codes[asked.push(serial) - 1]}\n`);
      }
      return true;
    });
    return asked;
  }
  const codesIn = (asked: ReturnType<typeof everyRoleIsAssumed>) => asked.map(({ body }) => /TokenCode=(\d+)/.exec(body)?.[1]);
  const PHONE = 'arn:aws:iam::111122223333:mfa/phone';
  const ofDefault = ['[default]', ...KEYS_OF_PROFILE, 'region = eu-central-1'];

  test('with MFA: the code is asked for once, however many clients there are', async () => {
    const [asked, questions] = [everyRoleIsAssumed(), typist('123456')];
    const role = ['role_arn = arn:aws:iam::111122223333:role/Reader', 'source_profile = default', `mfa_serial = ${PHONE}`];
    write(...ofDefault, '[profile mfa]', ...role);
    const session = await Session.open({ profile: 'mfa', region: 'eu-central-1' });
    for (const region of ['eu-central-1', 'eu-west-1']) {
      expect((await new STSClient(session.configuration(region)).config.credentials()).accessKeyId).toBe('AKIDROLE');
    }
    expect([questions, codesIn(asked)]).toEqual([[PHONE], ['123456']]);
  });

  test('and the profile that it is assumed from, both with MFA: one question after the other', async () => {
    const [asked, questions] = [everyRoleIsAssumed(), typist('111111', '222222')];
    const role = (name: string, source: string) => [`role_arn = arn:aws:iam::111122223333:role/${name}`, `source_profile = ${source}`];
    write(
      ...ofDefault,
      ...['[profile first]', ...role('First', 'default'), `mfa_serial = ${PHONE}`],
      ...['[profile second]', ...role('Second', 'first'), `mfa_serial = ${PHONE}`],
    );
    await Session.open({ profile: 'second', region: 'eu-central-1' });
    expect([questions, codesIn(asked).sort()]).toEqual([
      [PHONE, PHONE],
      ['111111', '222222'],
    ]);
  });
});

describe('a profile of `aws login`', () => {
  test.each([
    ['by an option', { profile: 'signed-in' }, '[profile signed-in]'],
    ['by default', {}, '[default]'],
  ])('%s: says what helps', async (_how, options, section) => {
    process.env = { ...process.env, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    write(section, 'login_session = arn:aws:iam::111122223333:user/operator', 'region = eu-central-1');
    await expect(Session.open(options)).rejects.toThrow(
      `\`aws configure export-credentials --profile ${'profile' in options ? 'signed-in' : 'default'} --format env\` prints`,
    );
  });

  test('that a role is assumed from: the same, for the profile that was asked for', async () => {
    write(
      ...['[profile signed-in]', 'login_session = arn:aws:iam::111122223333:user/operator'],
      ...['[profile reader]', 'role_arn = arn:aws:iam::111122223333:role/Reader', 'source_profile = signed-in', 'region = eu-central-1'],
    );
    await expect(Session.open({ profile: 'reader' })).rejects.toThrow('aws configure export-credentials --profile reader --format env');
  });

  test('and keys in the environment, without a profile: these count', async () => {
    write('[default]', 'login_session = arn:aws:iam::111122223333:user/operator', 'region = eu-central-1');
    expect((await Session.open({})).region).toBe('eu-central-1');
  });
});
