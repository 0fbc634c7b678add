import type { RecoveryInstance } from '@aws-sdk/client-drs';
import * as assuming from '../../lambda/aws/assume-role';
import { Drs } from '../../lambda/aws/drs';
import { Ec2 } from '../../lambda/drain/ec2';
import type { FleetServer } from '../../lambda/fleet/progress';
import * as selections from '../../lambda/fleet/selection';
import * as fleetTeardown from '../../lambda/fleet/teardown';
import * as physicalIds from '../../lambda/physical-ids';
import * as deletionCheck from '../../lambda/protocol/deletion-check';
import * as foreignStack from '../../lambda/protocol/foreign-stack';
import * as log from '../../lambda/protocol/log';
import * as requests from '../../lambda/protocol/request';
import * as response from '../../lambda/protocol/response';
import * as responseUrl from '../../lambda/protocol/response-url';
import * as history from '../../lambda/protocol/stack-history';
import * as stacks from '../../lambda/protocol/stack-status';
import * as records from '../../lambda/source-server/delete-record';
import * as disconnecting from '../../lambda/source-server/disconnect';
import * as options from '../../lambda/source-server/options';
import * as recoveryInstance from '../../lambda/source-server/recovery-instance';
import * as sourceServer from '../../lambda/source-server/source-server';
import * as teardowns from '../../lambda/source-server/teardown';
import { STAGING_AREA_DRAIN } from '../../lib/contract';
import { firstViolation } from './check';
import { bystander, roles, servers } from './simulation/fixtures';
import { runningInvocation } from './simulation/invocation';

// A proof that can't fail is none: each of these handlers is broken, and the random sequences find it out.

const { checkDeletion } = deletionCheck;
const { deliver, serialize } = response;
const { describeWithAncestors } = stacks;
const { receive } = requests;
const { disconnect } = disconnecting;
const { deleteRecord } = records;
const { readOptions } = options;
const { readSelection } = selections;
const { listResources } = stacks;
const { parseSourceServerArn } = physicalIds;
const { assumeRole } = assuming;
const { isInTheWay } = recoveryInstance;
// Called with their instance below.
// eslint-disable-next-line @typescript-eslint/unbound-method
const { pickSourceServers, recoveryInstancesOf, terminateRecoveryInstances } = Drs.prototype;
// eslint-disable-next-line @typescript-eslint/unbound-method
const { deleteGroup, leftIn } = Ec2.prototype;
const open = Drs.open.bind(Drs);

const genuine = { genuine: true, deletedStack: 'A' } as const;
const kept = { genuine: false, why: 'it is broken' } as const;

const withOptions = (changed: Partial<options.DisconnectionOptions>) =>
  jest.spyOn(options, 'readOptions').mockImplementation((properties) => ({ ...readOptions(properties), ...changed }));

const seeing = (see: (instances: RecoveryInstance[]) => RecoveryInstance[]) =>
  jest.spyOn(Drs.prototype, 'recoveryInstancesOf').mockImplementation(async function (this: Drs, id) {
    return see(await recoveryInstancesOf.call(this, id));
  });

type Breakage = [what: string, found: RegExp, breakIt: () => unknown, nested?: boolean];

const broken: Breakage[] = [
  ['takes every deletion for genuine', /^I2/, () => jest.spyOn(deletionCheck, 'checkDeletion').mockResolvedValue(genuine)],
  ['takes no deletion for genuine', /^I1/, () => jest.spyOn(deletionCheck, 'checkDeletion').mockResolvedValue(kept)],
  [
    'takes a deletion that it knows nothing of for genuine',
    /^I[25]/,
    () => jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation((...check) => checkDeletion(...check).catch(() => genuine)),
  ],
  [
    'keeps the server if it can’t be told whether the deletion is genuine',
    /^I1/,
    () => jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation((...check) => checkDeletion(...check).catch(() => kept)),
  ],
  [
    'does not look whether the server is still declared',
    /^I2.*still declared/,
    () => jest.spyOn(stacks, 'listResources').mockResolvedValue([]),
  ],
  [
    'does not look at ancestors',
    /^I2/,
    () =>
      jest.spyOn(stacks, 'describeWithAncestors').mockImplementation(async (request) => (await describeWithAncestors(request)).slice(0, 1)),
    true,
  ],
  [
    'does not look whether the stack was ever complete',
    /^I2.*deleting what was never complete/,
    () => {
      jest.spyOn(history, 'isFailedCreate').mockReturnValue(false);
      jest.spyOn(history, 'wasCompleteByHistory').mockReturnValue(true);
    },
  ],
  [
    'says that it has disconnected, and has not',
    /^I1|^I7.*although it is/,
    () => jest.spyOn(disconnecting, 'disconnect').mockResolvedValue('disconnected'),
  ],
  [
    'says that it has disconnected although DRS refused',
    /^I1|^I7.*although it is/,
    () => jest.spyOn(disconnecting, 'disconnect').mockImplementation((...call) => disconnect(...call).catch(() => 'disconnected')),
  ],
  [
    'disconnects another server',
    /^I6/,
    () =>
      jest
        .spyOn(disconnecting, 'disconnect')
        .mockImplementation((teardown) => disconnect({ ...teardown, server: physicalIds.parseSourceServerArn(servers[bystander].arn)! })),
  ],
  ['never answers', /^I3/, () => jest.spyOn(response, 'deliver').mockResolvedValue()],
  ['never ends', /^I3/, () => jest.spyOn(response, 'deliver').mockImplementation(() => new Promise(() => undefined))],
  [
    'answers twice',
    /^I3/,
    () =>
      jest.spyOn(response, 'deliver').mockImplementation(async (...delivery) => {
        await deliver(...delivery);
        await deliver(...delivery);
      }),
  ],
  [
    'fails when the response URL does not answer at once',
    /^I3/,
    () => jest.spyOn(response, 'deliver').mockImplementation(() => Promise.reject(new Error('no answer'))),
  ],
  ['answers at length', /^I4/, () => jest.spyOn(response, 'serialize').mockImplementation((answer) => serialize(answer).padEnd(5_000))],
  [
    'answers another request',
    /^I4/,
    () => jest.spyOn(response, 'serialize').mockImplementation((answer) => serialize({ ...answer, RequestId: 'another' })),
  ],
  [
    'changes the physical ID of what it deletes',
    /^I4/,
    () => jest.spyOn(response, 'serialize').mockImplementation((answer) => serialize({ ...answer, PhysicalResourceId: 'another' })),
  ],
  [
    'forgets the attributes',
    /^I4/,
    () => jest.spyOn(response, 'serialize').mockImplementation((answer) => serialize({ ...answer, Data: undefined })),
  ],
  [
    'alarms nobody',
    /^log/,
    () => jest.spyOn(log, 'log').mockImplementation(({ event }) => void process.stdout.write(JSON.stringify({ event }))),
  ],
];

const brokenRecoveries: Breakage[] = [
  [
    'takes an instance of unknown kind for a drill',
    /^I7.*may be real/m,
    () => seeing((all) => all.map((one) => ({ ...one, isDrill: one.isDrill ?? true }))),
  ],
  ['takes a real recovery for a drill', /^I7.*may be real/m, () => seeing((all) => all.map((one) => ({ ...one, isDrill: true })))],
  [
    'terminates drills next to a real recovery',
    /^I7.*may be real/m,
    () => seeing((all) => all.filter((one) => one.isDrill || recoveryInstance.isFailingBack(one))),
  ],
  [
    'does not look at failbacks',
    /^I7.*during a failback/,
    () =>
      jest
        .spyOn(recoveryInstance, 'isInTheWay')
        .mockImplementation((instance, policy) => isInTheWay({ ...instance, failback: undefined }, policy)),
  ],
  ['terminates drills by any policy', /^I7.*by the policy/, () => withOptions({ recoveryInstancePolicy: 'TERMINATE_DRILLS' })],
  ['disconnects recovery instances by any policy', /^I7.*by the policy/, () => withOptions({ recoveryInstancePolicy: 'DISCONNECT' })],
  [
    'terminates the drill of another server',
    /^I6.*not seen at its server/m,
    () =>
      jest.spyOn(Drs.prototype, 'terminateRecoveryInstances').mockImplementation(function (this: Drs, ids) {
        return terminateRecoveryInstances.call(this, [...ids, 'i-00000000000000001']);
      }),
  ],
];

const brokenRecords: Breakage[] = [
  ['deletes records that nobody wants to go', /^I7.*nobody wants/, () => withOptions({ deletesSourceServer: true })],
  ['keeps records that are to go', /^I1.*still has a record/, () => withOptions({ deletesSourceServer: false })],
  ['says that it has deleted a record, and has not', /^I1/, () => jest.spyOn(records, 'deleteRecord').mockResolvedValue()],
  [
    'deletes the record before it disconnects',
    /^I7.*although it is/,
    () =>
      jest.spyOn(teardowns, 'tearDownSourceServer').mockImplementation(async (teardown) => {
        await (teardown.options.deletesSourceServer ? deleteRecord(teardown, 'disconnected') : undefined);
        await disconnect(teardown);
      }),
  ],
  ['disconnects an extended server', /^I7.*only the record is to go/, () => jest.spyOn(sourceServer, 'isExtended').mockReturnValue(false)],
];

const brokenPrincipals: Breakage[] = [
  [
    'uses the credentials of its function',
    /^I8/,
    () => jest.spyOn(assuming, 'assumeRole').mockImplementation(() => Promise.resolve(runningInvocation()!.credentials)),
  ],
  [
    'keeps credentials for the next request',
    /^I8.*another request/m,
    () => {
      const kept = new Map<string, ReturnType<typeof assumeRole>>();
      jest.spyOn(assuming, 'assumeRole').mockImplementation((stack, role, ...more) => {
        const credentials = kept.get(stack.id + role) ?? assumeRole(stack, role, ...more);
        kept.set(stack.id + role, credentials);
        return credentials;
      });
    },
  ],
  [
    'assumes another role',
    /^I8/,
    () => jest.spyOn(assuming, 'assumeRole').mockImplementation((stack, _role, ...more) => assumeRole(stack, roles[0].arn, ...more)),
  ],
  [
    'tells no stack in the name of its sessions',
    /^I8/,
    () => jest.spyOn(assuming, 'assumeRole').mockImplementation((stack, ...call) => assumeRole({ ...stack, name: 'unknown' }, ...call)),
  ],
  [
    'looks for servers in the Region of the stack',
    /^I8/,
    () =>
      jest
        .spyOn(Drs, 'open')
        .mockImplementation((caller, reach, ...more) => open(caller, { ...reach, region: caller.stack.region }, ...more)),
  ],
  [
    'looks for servers in the account of the stack',
    /^I8/,
    () => {
      withOptions({ assumeRoleArn: undefined });
      const accountId = servers[0].accountId;
      jest.spyOn(physicalIds, 'parseSourceServerArn').mockImplementation((arn) => {
        const server = parseSourceServerArn(arn);
        return server && { ...server, accountId };
      });
    },
  ],
];

/** What a fleet makes of what DRS lists: the members that it picks, and not only counts. */
const picking = (see: (members: FleetServer[]) => FleetServer[]) =>
  jest.spyOn(Drs.prototype, 'pickSourceServers').mockImplementation(async function (
    this: Drs,
    ...call: Parameters<Drs['pickSourceServers']>
  ) {
    const picked = await pickSourceServers.call(this, ...call);
    return picked.every((one) => typeof one === 'object') ? see(picked as FleetServer[]) : picked;
  });

const withSelection = (changed: Partial<selections.Selection>) =>
  jest.spyOn(selections, 'readSelection').mockImplementation((properties) => ({ ...readSelection(properties), ...changed }));

const brokenFleets: Breakage[] = [
  ['overlooks a server of a fleet', /^I1.*replicates/, () => picking((members) => members.slice(1))],
  [
    'says that a fleet is disconnected, and has not looked',
    /^I1.*has not listed who is selected/,
    () => jest.spyOn(fleetTeardown, 'tearDownFleet').mockResolvedValue(),
  ],
  [
    'lists a fleet once',
    /^I1.*has not listed who is selected/,
    () => {
      const listed = new WeakSet<Drs>();
      jest.spyOn(Drs.prototype, 'pickSourceServers').mockImplementation(async function (this: Drs, ...call) {
        const picked = listed.has(this) ? [] : await pickSourceServers.call(this, ...call);
        listed.add(this);
        return picked;
      });
    },
  ],
  [
    'believes the first listing that shows nothing',
    /^I1.*twice in a row/,
    () => {
      const empty = new WeakSet<Drs>();
      jest.spyOn(Drs.prototype, 'pickSourceServers').mockImplementation(async function (this: Drs, ...call) {
        const picked = empty.has(this) ? [] : await pickSourceServers.call(this, ...call);
        if (picked.length === 0) {
          empty.add(this);
        }
        return picked;
      });
    },
  ],
  ['takes every server for one of its fleet', /^I6.*not seen with the tags/m, () => withSelection({ matches: () => true })],
  [
    'takes servers that replicate back last',
    /^I9/,
    () => picking((members) => members.map((member) => ({ ...member, isFailback: !member.isFailback }))),
  ],
  [
    'takes a changed selection for the removal of the fleet',
    /^I2.*drs:fleet.*still declared/,
    () => jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation((request) => checkDeletion(request, 'disconnect')),
  ],
  ['gives every fleet the same physical ID', /^I4.*wrong ID/, () => withSelection({ hash: '0123456789abcdef' })],
  ['keeps the records of a fleet', /^I1.*has a record/, () => picking((members) => members.filter(({ state }) => state === 'replicating'))],
];

const brokenDrains: Breakage[] = [
  [
    'says that it has drained, and has not looked',
    /^I1.*seen the subnets empty twice/,
    () => {
      jest.spyOn(Ec2.prototype, 'leftIn').mockResolvedValue({ machines: [], interfaces: [] });
      jest.spyOn(Ec2.prototype, 'defaultGroupsIn').mockResolvedValue([]);
    },
  ],
  [
    'overlooks the machines',
    /^I10?: .*empty twice/,
    () =>
      jest.spyOn(Ec2.prototype, 'leftIn').mockImplementation(async function (this: Ec2, ids) {
        return { ...(await leftIn.call(this, ids)), machines: [] };
      }),
  ],
  [
    'leaves security groups behind',
    /^I1.*security groups of DRS/,
    () => jest.spyOn(Ec2.prototype, 'defaultGroupsIn').mockResolvedValue([]),
  ],
  [
    'deletes a security group that only looks like one of DRS',
    /^I10.*not DRS's/,
    () =>
      jest.spyOn(Ec2.prototype, 'deleteGroup').mockImplementation(async function (this: Ec2, id) {
        await deleteGroup.call(this, id);
        await deleteGroup.call(this, 'sg-1');
      }),
  ],
  [
    'waits in a rollback',
    /^(I2: DescribeInstances.*rolling back|I5: DescribeInstances.*at rest)/,
    () =>
      jest.spyOn(deletionCheck, 'checkDeletion').mockImplementation(async (request, ...more) => {
        const check = await checkDeletion(request, ...more);
        const isKeptInRollback = !check.genuine && / is rolling back /.test(String(check.why));
        return isKeptInRollback && request.resourceType === STAGING_AREA_DRAIN ? genuine : check;
      }),
  ],
  [
    'waits although the drain only got shorter',
    /^I2: DescribeInstances.*still declared/,
    () =>
      jest
        .spyOn(stacks, 'listResources')
        .mockImplementation((request) => (request.resourceType === STAGING_AREA_DRAIN ? Promise.resolve([]) : listResources(request))),
  ],
];

afterEach(() => jest.restoreAllMocks());

const brokenReaders: Breakage[] = [
  ['serves any stack', /^I11.*another stack/, () => jest.spyOn(foreignStack, 'explainForeignStack').mockReturnValue(undefined)],
  [
    'takes what a request says for what it is',
    /^I11/,
    () => {
      jest.spyOn(foreignStack, 'explainForeignStack').mockReturnValue(undefined);
      jest.spyOn(requests, 'receive').mockImplementation((...args) => ({ ...receive(...args), problem: undefined }));
    },
  ],
  [
    'goes on when it has answered',
    /^I12/,
    () => {
      const received = new Map<unknown, requests.Request>();
      jest.spyOn(requests, 'receive').mockImplementation((...args) => {
        const all = receive(...args);
        received.set(runningInvocation(), all.request);
        return all;
      });
      jest.spyOn(response, 'deliver').mockImplementation(async (...args) => {
        await deliver(...args);
        await describeWithAncestors({ ...received.get(runningInvocation())!, signal: new AbortController().signal });
      });
    },
  ],
  [
    'answers on any host',
    /^I11.*was told SUCCESS/,
    () =>
      jest
        .spyOn(responseUrl, 'readResponseUrl')
        .mockImplementation((url) => ({ url: new URL(String(url)), outsideOf: undefined, isUnchecked: false })),
  ],
];

test.each([...broken, ...brokenReaders, ...brokenRecoveries, ...brokenRecords, ...brokenPrincipals, ...brokenFleets, ...brokenDrains])(
  'a handler that %s',
  async (_what, found, breakIt, nested = false) => {
    breakIt();
    expect(await firstViolation(nested ? 'nested' : 'flat')).toMatch(found);
  },
  // Some are found only after hundreds of sequences.
  300_000,
);
