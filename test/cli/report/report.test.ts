import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { command, join, say } from '../../../lambda/aws/message';
import { outcomeOf } from '../../../cli/plan/outcome';
import type { Plan, PlannedServer } from '../../../cli/plan/plan-json';
import { report } from '../../../cli/report/report';

const COMMAND = command`aws drs disconnect-recovery-instance --recovery-instance-id i-0a1b2c3d4e5f60718 --region eu-central-1`;

const server = (index: number, more: Partial<PlannedServer> = {}): PlannedServer => ({
  sourceServerId: `s-1a2b3c4d5e6f7000${index}`,
  accountId: '111122223333',
  region: 'eu-central-1',
  hostname: `app-0${index}`,
  replicationState: 'CONTINUOUS',
  lag: 'PT1M30S',
  recoveryInstances: [],
  ...outcomeOf('disconnect'),
  ...more,
});

const instance = {
  recoveryInstanceId: 'i-0a1b2c3d4e5f60718',
  ec2InstanceId: 'i-0a1b2c3d4e5f60718',
  ec2InstanceState: 'RUNNING',
  isDrill: true,
  replicationState: 'UNKNOWN',
  failbackState: 'UNKNOWN',
  then: 'left alone',
} as const;

function planOf(servers: readonly PlannedServer[], more: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    operation: 'delete',
    stack: { name: 'LandingZone', id: 'arn', accountId: '111122223333', region: 'eu-central-1', status: 'CREATE_COMPLETE' },
    clear: true,
    blockers: [],
    notes: [],
    resources: servers.map((one) => ({
      resourceType: 'Custom::DRSSourceServerDisconnection',
      stackName: 'LandingZone',
      logicalId: 'App',
      physicalId: 'arn',
      verdict: one.verdict,
      reason: one.reason,
      commands: one.commands,
      sourceServer: one,
    })),
    counts: { disconnect: servers.length },
    ...more,
  };
}

const crowded = planOf(
  [
    server(1, { hostname: 'ip-10-0-0-17.eu-central-1.compute.internal.example.com' }),
    server(2, {
      ...outcomeOf('blocked', say`It may be the machine you work on now; ${COMMAND} keeps it running, and ${COMMAND}.`),
      recoveryInstances: [instance],
    }),
    server(3, outcomeOf('disconnect', 'its drill is terminated first: i-0a1b2c3d4e5f60718; its record is deleted, too')),
    server(4, {
      ...outcomeOf('unknown', join(Array(4).fill('the role arn:aws:iam::444455556666:role/Teardown does not trust you,'))),
      accountId: '444455556666',
      region: 'eu-west-1',
    }),
  ],
  { clear: false, blockers: [say`Termination protection is on. ${COMMAND} ends it.`] },
);

const linesOf = (plan: Plan, width: number) => report(plan, { width, isColoured: false }).split('\n');

describe.each([40, 80, 100, 120, 200])('on a screen of %d columns', (width) => {
  test('nothing is wider, but for commands and what can not be broken', () => {
    const wide = linesOf(crowded, width).filter((line) => stringWidth(line) > width);
    expect(wide.filter((line) => !/^ *aws /.test(line) && line.trim().includes(' '))).toEqual([]);
  });

  test('every command stands on a line of its own, whole', () => {
    const commands = linesOf(crowded, width)
      .map((line) => line.trim())
      .filter((line) => line.startsWith('aws '));
    expect(commands).toEqual(Array(3).fill(String(COMMAND).replaceAll('`', '')));
  });

  test('no ID is broken', () => {
    const shown = linesOf(crowded, width).join('\n');
    [1, 2, 3, 4].forEach((index) => expect(shown).toContain(`s-1a2b3c4d5e6f7000${index}`));
    expect(shown.match(/i-0a1b2c3d4e5f60718/g)).toHaveLength(4);
  });

  test('nothing is lost', () => {
    const words = linesOf(crowded, width).join('').replace(/\s/g, '');
    expect(words).toContain('doesnottrustyou');
    expect(words).toContain('Terminationprotectionison.');
    expect(words).toContain('isdeleted,too');
  });
});

test('a row tells what is known of a server', () => {
  const [header, row] = linesOf(planOf([server(1, { recoveryInstances: [instance, { ...instance, isDrill: null }] })]), 200).slice(2);
  expect(header).toMatch(/^Source server +Hostname +State +Lag +Recovery instances +What happens$/);
  expect(row).toMatch(/^s-1a2b3c4d5e6f70001 +app-01 +CONTINUOUS +1m 30s +1 drill, 1 real +will be disconnected$/);
});

test('what DRS does not tell is a dash', () => {
  const unknown = { hostname: 'UNKNOWN', replicationState: 'UNKNOWN', lag: 'UNKNOWN' };
  expect(linesOf(planOf([server(1, unknown)]), 200)).toContainEqual(
    expect.stringMatching(/^s-1a2b3c4d5e6f70001 +- +- +- +- +will be disconnected$/),
  );
});

test('the account and the Region are told of servers elsewhere', () => {
  expect(linesOf(planOf([server(1)]), 200)[2]).not.toContain('Account, Region');
  expect(linesOf(planOf([server(1, { region: 'us-west-2' })]), 200)[3]).toContain('111122223333 us-west-2');
});

test('what others wrote can not move the cursor, or colour anything', () => {
  const hostile = server(1, { hostname: 'app\u001b[2J\u0007\r\nroot\u009b31m' });
  const shown = report(planOf([hostile]), { width: 200, isColoured: false });
  expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(shown).toContain('root');
});

test('colours change no text', () => {
  const coloured = report(crowded, { width: 120, isColoured: true });
  expect(coloured).toContain('\u001b[');
  expect(stripVTControlCharacters(coloured).replace(/ +$/gm, '')).toBe(report(crowded, { width: 120, isColoured: false }));
});

test('fleets and drains have a line each, and the end says how many servers there are', () => {
  const fleet = {
    resourceType: 'Custom::DRSFleetDisconnection',
    stackName: 'LandingZone',
    logicalId: 'Fleet',
    physicalId: 'drs:fleet:111122223333:eu-central-1:0123456789abcdef',
    selection: say`the source servers with owner=payments`,
    sourceServers: [server(1), server(2, outcomeOf('blocked', COMMAND))],
    ...outcomeOf('blocked', '1 of 2 would be left, the others go'),
  } as const;
  const drain = {
    resourceType: 'Custom::DRSStagingAreaDrain',
    stackName: 'LandingZone',
    logicalId: 'DrainLink0',
    physicalId: 'drs:drain:…:0',
    links: 7,
    vpcId: 'vpc-1',
    subnetIds: ['subnet-1'],
    machines: [],
    networkInterfaces: [],
    securityGroupIds: [],
    ...outcomeOf('nothing', 'DRS has nothing there'),
  } as const;
  const lines = linesOf(planOf([], { clear: false, resources: [fleet, drain], counts: { disconnect: 1, blocked: 1 } }), 200);
  expect(lines).toContain('Fleet Fleet: blocked: 1 of 2 would be left, the others go');
  expect(lines).toContain('2 at this moment: the source servers with owner=payments');
  expect(lines).toContain('Drain DrainLink0 of vpc-1: nothing to do: DRS has nothing there');
  expect(lines).toContain('Source servers: 1 will be disconnected, 1 blocked. Something is in the way, or can not be told.');
});

test('nothing in the way', () => {
  expect(linesOf(planOf([server(1)]), 80).at(-2)).toBe('Source servers: 1 will be disconnected. Nothing is in the way.');
});
