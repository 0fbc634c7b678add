import { firstViolation } from './check';
import * as genuineDeletion from '../../lambda/custom-resource/genuine-deletion';
import * as log from '../../lambda/custom-resource/log';
import * as response from '../../lambda/custom-resource/response';
import * as stacks from '../../lambda/custom-resource/stacks';
import * as disconnecting from '../../lambda/drs/disconnect';
import * as sourceServer from '../../lambda/drs/source-server';
import { bystander, servers } from './simulation/templates';

// A proof that can't fail is none: each of these handlers is broken, and the sequences of `npm test` find it out.

const { judgeDeletion } = genuineDeletion;
const { deliver, serialize } = response;
const { describeWithAncestors } = stacks;
const { disconnect } = disconnecting;

const genuine = { genuine: true, deletedStack: 'A' } as const;
const kept = { genuine: false, why: 'it is broken' } as const;

const broken: [what: string, found: RegExp, breakIt: () => unknown, nested?: boolean][] = [
  ['takes every deletion for genuine', /^I2/, () => jest.spyOn(genuineDeletion, 'judgeDeletion').mockResolvedValue(genuine)],
  ['takes no deletion for genuine', /^I1/, () => jest.spyOn(genuineDeletion, 'judgeDeletion').mockResolvedValue(kept)],
  [
    'takes a deletion that it knows nothing of for genuine',
    /^I[25]/,
    () => jest.spyOn(genuineDeletion, 'judgeDeletion').mockImplementation((request) => judgeDeletion(request).catch(() => genuine)),
  ],
  [
    'keeps the server if it can’t be told whether the deletion is genuine',
    /^I1/,
    () => jest.spyOn(genuineDeletion, 'judgeDeletion').mockImplementation((request) => judgeDeletion(request).catch(() => kept)),
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
    'does not look at what tells that a failed create is deleted',
    /^I2/,
    () =>
      jest.spyOn(stacks, 'describeWithAncestors').mockImplementation(async (request) => {
        const described = await describeWithAncestors(request);
        return described.map((stack) => ({ ...stack, lastOperations: [], statusReason: undefined }));
      }),
  ],
  ['says that it has disconnected, and has not', /^I1/, () => jest.spyOn(disconnecting, 'disconnect').mockResolvedValue('disconnected')],
  [
    'says that it has disconnected although DRS refused',
    /^I1/,
    () => jest.spyOn(disconnecting, 'disconnect').mockImplementation((...call) => disconnect(...call).catch(() => 'disconnected')),
  ],
  [
    'disconnects another server',
    /^I6/,
    () =>
      jest
        .spyOn(disconnecting, 'disconnect')
        .mockImplementation((drs) => disconnect(drs, sourceServer.parseSourceServerArn(servers[bystander].arn)!)),
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

afterEach(() => jest.restoreAllMocks());

test.each(broken)('a handler that %s', async (_what, found, breakIt, nested = false) => {
  breakIt();
  expect(await firstViolation({ nested })).toMatch(found);
});
