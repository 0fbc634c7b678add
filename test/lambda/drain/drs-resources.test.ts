import { isTemporary, kindOf } from '../../../lambda/drain/drs-resources';

// A recovery instance has the name that its owner gives it: only DRS's exact names say that a machine goes by itself.

test.each([
  ['AWS Elastic Disaster Recovery Replication Server', true, 'replication server'],
  ['AWS Elastic Disaster Recovery Conversion Server', true, 'conversion server'],
  ['My AWS Elastic Disaster Recovery Conversion Server', false, 'a recovery instance'],
  ['AWS Elastic Disaster Recovery Replication Server 2', false, 'a recovery instance'],
  ['Conversion Server', false, 'a recovery instance'],
  ['AWS Elastic Disaster Recovery Failback Server', false, 'a recovery instance'],
  ['', false, 'a recovery instance'],
])('a machine named %j goes by itself: %s', (Value, expected, kind) => {
  const instance = {
    Tags: [
      { Key: 'Other', Value: 'x' },
      { Key: 'Name', Value },
    ],
  };
  expect(isTemporary(instance)).toBe(expected);
  expect(kindOf(instance)).toContain(kind);
});

test('a machine without tags does not', () => {
  expect(isTemporary({})).toBe(false);
});
