import {
  DescribeJobsCommand,
  DescribeRecoveryInstancesCommand,
  DescribeSourceServersCommand,
  DisconnectSourceServerCommand,
  TerminateRecoveryInstancesCommand,
} from '@aws-sdk/client-drs';
import type events from 'node:events';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { DescribeStacksCommand } from '../../../lambda/aws/cloudformation';
import { DescribeInstancesCommand } from '../../../lambda/drain/ec2-commands';
import { retry } from '../../../lambda/aws/retry';
import { sleep } from '../../../lambda/aws/sleep';
import * as deletionCheck from '../../../lambda/protocol/deletion-check';
import * as response from '../../../lambda/protocol/response';
import { FLEET_DISCONNECTION, STAGING_AREA_DRAIN } from '../../../lib/contract';
import {
  ACCOUNT,
  cloudFormation,
  conflict,
  drill,
  drs,
  drsHasInstances,
  ec2,
  handle,
  type Handled,
  REGION,
  reset,
  server,
  stackHas,
  stackIs,
  sts,
} from '../harness';

// Once CloudFormation has its answer, nothing of the request may ask or change anything: in Lambda it would thaw in the next one.

const MEMBER = { ...server('CONTINUOUS'), tags: { fleet: 'ours' } };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Teardown`;
const DRAIN = { Drain: 'c8', Link: '0', VpcId: 'vpc-1', SubnetIds: ['subnet-1'] };
const FLEET = { Region: REGION, Tags: { fleet: 'ours' }, SourceServerArn: undefined };

/** So many calls are never answered. */
let unanswered = 0;
const NEVER = () => {
  unanswered++;
  return new Promise(() => undefined);
};

interface Call {
  readonly args: readonly unknown[];
}

const calls = () => [drs, cloudFormation, sts, ec2].flatMap((client) => client.calls() as unknown as Call[]);

/** What a call was given to be broken off with. */
const isBrokenOff = ({ args }: Call) => (args[1] as { abortSignal: AbortSignal }).abortSignal.aborted;

const deletion = (more: Partial<Parameters<typeof handle>[0]> = {}) => handle({ type: 'Delete', ...more });

async function fleetDeletion(more: Partial<Parameters<typeof handle>[0]> = {}): Promise<Handled> {
  const fleet = { resourceType: FLEET_DISCONNECTION, properties: FLEET };
  const { response: created } = await handle({ type: 'Create', ...fleet });
  [drs, cloudFormation].forEach((client) => client.resetHistory());
  return deletion({ ...fleet, physicalId: created.PhysicalResourceId, ...more });
}

const drainDeletion = () =>
  deletion({ resourceType: STAGING_AREA_DRAIN, physicalId: `drs:drain:${ACCOUNT}:${REGION}:vpc-1:c8:0`, properties: DRAIN });

/** What is under way when the request is answered; how that comes. */
const UNDER_WAY: [what: string, request: () => Promise<Handled>][] = [
  [
    'a look at the stack',
    () => {
      cloudFormation.on(DescribeStacksCommand).callsFake(NEVER);
      return deletion();
    },
  ],
  [
    'a disconnect',
    () => {
      drs.on(DisconnectSourceServerCommand).callsFake(NEVER);
      return deletion();
    },
  ],
  [
    'the assumption of a role',
    () => {
      sts.on(AssumeRoleCommand).callsFake(NEVER);
      return deletion({ properties: { AssumeRoleArn: ROLE } });
    },
  ],
  [
    'the look at a job',
    () => {
      drs.on(DisconnectSourceServerCommand).rejects(conflict);
      drsHasInstances(drill);
      drs.on(TerminateRecoveryInstancesCommand).resolves({ job: { jobID: 'drsjob-1' } });
      drs.on(DescribeJobsCommand).callsFake(NEVER);
      return deletion({ properties: { RecoveryInstancePolicy: 'TERMINATE_DRILLS' } });
    },
  ],
  [
    'a disconnect of a fleet',
    () => {
      drs.on(DisconnectSourceServerCommand).callsFake(NEVER);
      return fleetDeletion();
    },
  ],
  [
    'a listing of a fleet, and requests that wait for their turn',
    () => {
      drs
        .on(DescribeSourceServersCommand)
        .callsFake(({ filters }: { filters?: object }) => (filters ? NEVER() : { items: Array.from({ length: 60 }, membersOf) }));
      return fleetDeletion({ remaining: 40_000 });
    },
  ],
  [
    'a look at the staging area',
    () => {
      ec2.on(DescribeInstancesCommand).callsFake(NEVER);
      return drainDeletion();
    },
  ],
];

function membersOf(_: unknown, index: number) {
  return { ...MEMBER, sourceServerID: `s-${String(index).padStart(17, '0')}` };
}

/** How it was at the moment of the answer. */
let brokenOff: number | undefined;
let timers: number | undefined;

beforeEach(() => {
  reset();
  unanswered = 0;
  brokenOff = timers = undefined;
  stackIs('DELETE_IN_PROGRESS');
  stackHas();
  drs.on(DescribeSourceServersCommand).resolves({ items: [MEMBER] });
  drs.on(DescribeRecoveryInstancesCommand).resolves({ items: [] });
  const deliver = jest.mocked(response.deliver);
  const delivered = deliver.getMockImplementation()!;
  deliver.mockImplementation((...delivery) => {
    brokenOff = calls().filter(isBrokenOff).length;
    timers = jest.getTimerCount();
    return delivered(...delivery);
  });
});

test.each(UNDER_WAY)('%s is broken off before the answer, and nothing comes after it', async (_what, request) => {
  const { response: answer, log } = await request();
  expect(answer.Status).toBe('FAILED');
  expect(unanswered).toBeGreaterThan(0);
  expect(brokenOff).toBe(unanswered);
  expect(timers).toBe(0);
  expect(log.at(-1)).toMatchObject({ event: 'answered' });
  const { length } = calls();
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true).mockClear();
  await jest.advanceTimersByTimeAsync(1_800_000);
  expect(calls()).toHaveLength(length);
  expect(write).not.toHaveBeenCalled();
});

test.each(['fails', 'succeeds'])('what a handler left under way when it %s is broken off', async (how) => {
  let left: Promise<unknown> | undefined;
  let signal: AbortSignal | undefined;
  // Each call listens, and Node warns of many who do.
  const allow = jest.spyOn(jest.requireActual<typeof events>('node:events'), 'setMaxListeners');
  jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation((request) => {
    signal = request.signal;
    left = Promise.allSettled([retry('drs:Something', NEVER, request), sleep(3_600_000, request.signal)]);
    return how === 'fails' ? Promise.reject(new Error('it fails')) : Promise.resolve({ genuine: false, why: 'it is kept' });
  });
  expect((await deletion()).response.Status).toBe(how === 'fails' ? 'FAILED' : 'SUCCESS');
  expect(timers).toBe(0);
  expect(allow).toHaveBeenCalledWith(0, signal);
  expect(await left).toEqual([expect.objectContaining({ status: 'rejected' }), expect.objectContaining({ status: 'rejected' })]);
});

test('what takes a moment to end has it before the answer', async () => {
  let hasEnded: boolean | undefined;
  jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation(async (request) => {
    await sleep(3_600_000, request.signal).catch(async () => {
      for (let turn = 0; turn < 50; turn++) {
        await Promise.resolve();
      }
    });
    hasEnded = timers === undefined;
    return { genuine: false, why: 'it is kept' };
  });
  expect((await deletion()).response.Status).toBe('FAILED');
  expect(hasEnded).toBe(true);
});

test('what does not let itself be broken off keeps no answer', async () => {
  jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation(() => new Promise(() => undefined));
  expect((await deletion()).response.Status).toBe('FAILED');
});
