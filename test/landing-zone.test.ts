import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

interface Template {
  readonly Resources: Record<string, { readonly Type: string }>;
}

/** Runs the app that cdk.json names, as the CDK's command line would; `npm test` has built it. */
function synthesize(context: object) {
  const directory = mkdtempSync(path.join(tmpdir(), 'landing-zone-'));
  const env = { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const { status, stderr } = spawnSync(process.execPath, ['.build/landing-zone.js'], { env, encoding: 'utf8' });
  const file = path.join(directory, 'DisasterRecoveryLandingZone.template.json');
  const template = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Template) : undefined;
  rmSync(directory, { recursive: true });
  return { status, stderr, types: template && Object.values(template.Resources).map(({ Type }) => Type) };
}

test('one custom resource for each server, one function, one role with its policies, one log group', () => {
  const { status, types } = synthesize({ sourceServerIds: 's-1234567890abcdef0, s-1234567890abcdef1' });
  expect(status).toBe(0);
  expect(types?.sort()).toEqual([
    'AWS::IAM::Policy',
    'AWS::IAM::Policy',
    'AWS::IAM::Role',
    'AWS::Lambda::Function',
    'AWS::Logs::LogGroup',
    'Custom::DRSSourceServerDisconnection',
    'Custom::DRSSourceServerDisconnection',
  ]);
});

test.each([
  ['no servers', {}, 'No source servers'],
  ['an empty list', { sourceServerIds: ' , ' }, 'No source servers'],
  ['not a list', { sourceServerIds: { s: 1 } }, 'must be IDs separated by commas'],
  ['a malformed ID', { sourceServerIds: 's-1234567890abcdef0,s-1' }, "'s-1' is not the ID of a source server"],
  [
    'an ARN',
    { sourceServerIds: 'arn:aws:drs:eu-central-1:111122223333:source-server/s-1234567890abcdef0' },
    'is not the ID of a source server',
  ],
  ['a server twice', { sourceServerIds: 's-1234567890abcdef0,s-1234567890abcdef0' }, 'names s-1234567890abcdef0 twice'],
])('%s: a line says so, and no template is left behind that would disconnect the others', (_what, context, message) => {
  const { status, stderr, types } = synthesize(context);
  expect(status).toBe(1);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(message)]);
  expect(types).toBeUndefined();
});
