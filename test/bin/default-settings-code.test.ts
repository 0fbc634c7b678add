import * as vm from 'node:vm';
import { CODE } from '../../bin/landing-zone/default-settings-code';

// The code of the landing zone's own function, with doubles of DRS and EC2.

type Answers = Record<string, (input: { nextToken?: string; SubnetIds?: string[] }) => object>;

interface Asked {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Runs it for a request; returns what it asked, and what it answered. */
async function run(type: 'Create' | 'Update', answers: Answers, { status = 200, old = 'subnet-new' } = {}) {
  const asked: Asked[] = [];
  const bodies: { Status: string; Reason?: string }[] = [];
  const client = new Proxy(
    {},
    {
      get: (_target, operation: string) => (input: Asked['input']) => {
        asked.push({ operation, input });
        return Promise.resolve().then(() => answers[operation]?.(input) ?? {});
      },
    },
  );
  // A class may return another object than the one that it makes.
  const Client = function () {
    return client;
  };
  const fetch = (_url: string, { body }: { body: Uint8Array }) => {
    bodies.push(JSON.parse(new TextDecoder().decode(body)) as { Status: string });
    return Promise.resolve({ ok: status < 300, status });
  };
  const exports: { handler?: (event: object) => Promise<void> } = {};
  const setTimeout = (then: () => void) => setImmediate(then);
  vm.runInNewContext(CODE, { exports, require: () => ({ Drs: Client, EC2: Client }), fetch, TextEncoder, setTimeout, process });
  const propertiesWith = (stagingAreaSubnetId: string) => ({ Replication: JSON.stringify({ stagingAreaSubnetId }), Launch: '{}' });
  await exports.handler?.({
    RequestType: type,
    ResponseURL: 'https://example.com',
    ResourceProperties: propertiesWith('subnet-new'),
    ...(type === 'Update' && { OldResourceProperties: propertiesWith(old) }),
  });
  return { asked, answer: bodies[0] };
}

const template = (id: string, subnet: string) => ({ replicationConfigurationTemplateID: id, stagingAreaSubnetId: subnet });
const none: Answers = {
  describeReplicationConfigurationTemplates: () => ({ items: [] }),
  describeLaunchConfigurationTemplates: () => ({ items: [] }),
};
const templatesAre = (...items: object[]): Answers => ({ ...none, describeReplicationConfigurationTemplates: () => ({ items }) });
const updated = (asked: readonly Asked[]) =>
  asked
    .filter(({ operation }) => operation === 'updateReplicationConfigurationTemplate')
    .map(({ input }) => input.replicationConfigurationTemplateID);
const subnetsAreGone: Answers = {
  describeSubnets: () => {
    throw Object.assign(new Error('no'), { name: 'InvalidSubnetID.NotFound' });
  },
};

test('there are none: both are made', async () => {
  const { asked, answer } = await run('Create', none);
  expect(answer.Status).toBe('SUCCESS');
  expect(asked.map(({ operation }) => operation)).toEqual(
    expect.arrayContaining(['createReplicationConfigurationTemplate', 'createLaunchConfigurationTemplate']),
  );
});

test('the template is on the second page: it is taken over', async () => {
  const answers: Answers = {
    ...none,
    describeReplicationConfigurationTemplates: ({ nextToken }) =>
      nextToken ? { items: [template('rct-old', 'subnet-gone')] } : { items: [], nextToken: 'next' },
    ...subnetsAreGone,
  };
  expect(updated((await run('Create', answers)).asked)).toEqual(['rct-old']);
});

test('one whose subnet exists is somebody else’s: refused, with a command that names the Region', async () => {
  process.env.AWS_REGION = 'eu-central-1';
  const { answer } = await run('Create', templatesAre(template('rct-theirs', 'subnet-theirs')));
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('--region eu-central-1') });
});

test.each([
  ['stays', 'subnet-new'],
  ['changes', 'subnet-old'],
])('an update changes ours, whatever else is there: its subnet %s', async (_what, old) => {
  const answers = templatesAre(template('rct-theirs', 'subnet-theirs'), template('rct-ours', old));
  expect(updated((await run('Update', answers, { old })).asked)).toEqual(['rct-ours']);
});

test('an update changes nobody else’s in the place of ours', async () => {
  const { answer, asked } = await run('Update', templatesAre(template('rct-theirs', 'subnet-theirs')));
  expect(answer.Status).toBe('FAILED');
  expect(updated(asked)).toEqual([]);
});

test.each([
  [2, 'SUCCESS'],
  [Infinity, 'FAILED'],
])('the policy has not spread for the first %s calls: %s', async (times, status) => {
  let calls = 0;
  const answers: Answers = {
    ...none,
    describeReplicationConfigurationTemplates: () => {
      if (calls++ < times) {
        throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
      }
      return { items: [] };
    },
  };
  expect((await run('Create', answers)).answer.Status).toBe(status);
});

test('an answer without its list: FAILED, and nothing is made', async () => {
  const { answer, asked } = await run('Create', { ...none, describeReplicationConfigurationTemplates: () => ({}) });
  expect(answer.Status).toBe('FAILED');
  expect(asked.filter(({ operation }) => operation.startsWith('create'))).toEqual([]);
});

test('the answer is refused: Lambda has to run it again', async () => {
  await expect(run('Create', none, { status: 503 })).rejects.toThrow('HTTP status 503');
});
