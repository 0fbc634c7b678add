import {
  drainStepIdOf,
  fleetIdOf,
  isOfCreated,
  notCreatedIdOf,
  parseDrainStepId,
  parseFleetId,
  parseSourceServerArn,
} from '../../lambda/physical-ids';

// Deployed stacks hold these texts, so each stands here as it is, and none is made by what is tested.

const SERVER = 'arn:aws:drs:eu-central-1:111122223333:source-server/s-1234567890abcdef0';
const FLEET = 'drs:fleet:111122223333:eu-central-1:0123456789abcdef';
const DRAIN_STEP = 'drs:drain:111122223333:eu-central-1:vpc-1:c8aa1b:3';
const NOT_CREATED = 'cdk-drs:not-created:Fleet1A2B3C4D';

/** What an ID is none of, though it has most of it. */
const around = (id: string) => [`x${id}`, ` ${id}`, `${id}/x`, `${id} `, `${id}\n`];

describe('the ARN of a source server', () => {
  test.each([
    ['aws', 'eu-central-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-iso-b', 'us-isob-east-1'],
    ['aws-of-tomorrow', 'mars-east-1'],
    ['aws-cn', 'eu-central-1'],
  ])('is read in the partition %s, Region %s', (partition, region) => {
    expect(parseSourceServerArn(SERVER.replace(':aws:drs:eu-central-1', `:${partition}:drs:${region}`))).toEqual({
      partition,
      region,
      accountId: '111122223333',
      sourceServerId: 's-1234567890abcdef0',
    });
  });

  test.each([
    undefined,
    42,
    [SERVER],
    { Ref: 'Server' },
    '',
    ...around(SERVER),
    SERVER.replace(':aws:', ':other:'),
    SERVER.replace(':drs:', ':mgn:'),
    SERVER.replace('eu-central-1', ''),
    SERVER.replace('eu-central-1', 'EU'),
    SERVER.replace('eu-central-1', 'evil'),
    SERVER.replace('111122223333', '11112222333'),
    SERVER.replace('111122223333', '1111222233334'),
    SERVER.replace('source-server', 'recovery-instance'),
    SERVER.replace('abcdef0', 'abcdef'),
    SERVER.replace('s-', 'i-'),
    FLEET,
    DRAIN_STEP,
    NOT_CREATED,
  ])('is not %j', (arn) => {
    expect(parseSourceServerArn(arn)).toBeUndefined();
  });
});

describe('the physical ID of a fleet', () => {
  const parts = { accountId: '111122223333', region: 'eu-central-1', selectionHash: '0123456789abcdef' };

  test('is written and read', () => {
    expect(fleetIdOf(parts)).toBe(FLEET);
    expect(parseFleetId(FLEET)).toEqual(parts);
  });

  test.each([
    undefined,
    '',
    ...around(FLEET),
    FLEET.replace('drs:', 'mgn:'),
    FLEET.replace('111122223333', '11112222333'),
    FLEET.replace('111122223333', '1111222233334'),
    FLEET.replace('eu-central-1', ''),
    FLEET.replace('eu-central-1', 'EU'),
    FLEET.replace('eu-central-1', 'evil'),
    FLEET.replace('abcdef', 'abcde'),
    FLEET.replace('abcdef', 'abcdef0'),
    FLEET.replace('abcdef', 'ABCDEF'),
    SERVER,
    DRAIN_STEP,
    NOT_CREATED,
  ])('is not %j', (physicalId) => {
    expect(parseFleetId(physicalId)).toBeUndefined();
  });
});

describe('the physical ID of a step of a drain', () => {
  const parts = { accountId: '111122223333', region: 'eu-central-1', vpcId: 'vpc-1', drain: 'c8aa1b', step: '3' };

  test('is written and read', () => {
    expect(drainStepIdOf(parts)).toBe(DRAIN_STEP);
    expect(parseDrainStepId(DRAIN_STEP)).toEqual(parts);
  });

  test('is read where the name of the drain has colons', () => {
    const named = { ...parts, drain: 'a:b:0' };
    expect(parseDrainStepId(drainStepIdOf(named))).toEqual(named);
  });

  test.each([undefined, '', 'drs:drain:', 'drs:drain:111122223333:eu-central-1:vpc-1:3', `x${DRAIN_STEP}`, SERVER, FLEET, NOT_CREATED])(
    'is not %j',
    (physicalId) => {
      expect(parseDrainStepId(physicalId)).toBeUndefined();
    },
  );
});

test('the physical ID of what was not created names the resource', () => {
  expect(notCreatedIdOf('Fleet1A2B3C4D')).toBe(NOT_CREATED);
});

test.each([
  [SERVER, true],
  ['arn:aws-us-gov:drs:us-gov-west-1:111122223333:source-server/s-1234567890abcdef0', true],
  [FLEET, true],
  [DRAIN_STEP, true],
  ['drs:of-a-newer-version:1', true],
  [NOT_CREATED, false],
  ['LandingZone-Fleet-1ABCDEFGHIJK', false],
  ['arn', false],
  ['', false],
])('%j may be of what was created: %s', (physicalId, expected) => {
  expect(isOfCreated(physicalId)).toBe(expected);
});
