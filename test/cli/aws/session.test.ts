import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { Session } from '../../../cli/aws/session';

// A Region becomes part of the name of a host, which gets signed requests: wherever it is named, it must be one.

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };
const environment = process.env;
const folder = mkdtempSync(path.join(tmpdir(), 'session-'));

beforeEach(() => {
  process.env = { ...KEYS, AWS_CONFIG_FILE: path.join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'none') };
  writeFileSync(path.join(folder, 'config'), '');
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
  writeFileSync(
    path.join(folder, 'config'),
    '[profile recovery]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\nregion = evil.example\n',
  );
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
