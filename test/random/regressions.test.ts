import { FORGED_SERVER } from './simulation/forgery';
import { STALE } from './simulation/meaning';
import { play, STUCK } from './simulation/play';
import type { Sequence, Step } from './simulation/steps';
import type { StackSpec } from './simulation/templates';

// As in simulation.test.ts.
jest.setTimeout(3_600_000);

/** A sequence that once violated an invariant. */
function regression(what: string, sequence: Sequence) {
  test(what, async () => void (await play(sequence)));
}

/** What we do not tell apart yet: documented in docs/reliability.md. If this fails, somebody did. */
function limit(sight: string, what: string, sequence: Sequence) {
  test(`not prevented: ${what}`, async () => expect((await play(sequence)).sights).toContain(sight));
}

regression('a Delete of a rollback comes again in the clean-up of the next update, which declares the server again', {
  settings: {},
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 1 }], sibling: { seconds: { delete: 600 } } } },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [
          { name: 'One', server: 1 },
          { name: 'Two', server: 0 },
        ],
        sibling: { seconds: { update: 20 }, fails: ['update'] },
      },
    },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [
          { name: 'One', server: 1 },
          { name: 'Two', server: 0 },
        ],
      },
      then: 60,
    },
    { do: 'deliver again', last: 2 },
  ],
});

regression('a Delete of a rollback comes again in the clean-up of the next update, which declares the server no more', {
  settings: {},
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 1 }], sibling: { seconds: { delete: 600 } } } },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [
          { name: 'One', server: 1 },
          { name: 'Two', server: 0 },
        ],
        sibling: { seconds: { update: 20 }, fails: ['update'] },
      },
    },
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 1 }] }, then: 60 },
    { do: 'deliver again', last: 1 },
  ],
});

regression('a Delete of a rollback comes again while the stack is deleted', {
  settings: {},
  seed: 0,
  steps: [
    {
      do: 'deploy',
      stack: 'A',
      spec: { disconnections: [{ name: 'One', server: 1 }], sibling: { seconds: { delete: 600 }, position: 'after' } },
    },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [
          { name: 'One', server: 1 },
          { name: 'Two', server: 0 },
        ],
        sibling: { seconds: { update: 20 }, fails: ['update'], position: 'after' },
      },
    },
    { do: 'delete', stack: 'A', then: 60 },
    { do: 'deliver again', last: 1 },
  ],
});

limit(FORGED_SERVER, 'a forged Delete names the server of another stack while its own one is being deleted', {
  settings: {},
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'B', spec: { disconnections: [{ name: 'Two', server: 2 }] } },
    {
      do: 'deploy',
      stack: 'A',
      spec: { disconnections: [{ name: 'One', server: 0 }], sibling: { seconds: { delete: 600 }, position: 'after' } },
    },
    { do: 'delete', stack: 'A', then: 60 },
    { do: 'forge', last: 1, other: 1, change: FORGED_SERVER, url: 'a bucket of his own' },
  ],
});

limit(STALE, 'a Delete comes twice, and one run goes on when the other one has failed', {
  settings: { terminationJobs: 'fail' },
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 0, policy: 'TERMINATE_DRILLS' }] } },
    { do: 'launch', server: 0, kinds: ['drill'], then: 0 },
    { do: 'delete', stack: 'A', then: 30 },
    { do: 'deliver again', last: 1 },
  ],
});

limit(
  STUCK,
  'a server is deleted without the rights for its Region, since the update to one of another Region failed and was not rolled back',
  {
    settings: {},
    seed: 0,
    steps: [
      { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 3 }], fleets: [] } },
      {
        do: 'deploy',
        stack: 'A',
        spec: {
          disconnections: [{ name: 'One', server: 0 }],
          fleets: [{ name: 'Fleet', selection: 0 }],
          nested: { disconnections: [{ name: 'One', server: 0, role: 0 }], fleets: [] },
        },
        onFailure: 'DO_NOTHING',
      },
      { do: 'tag', server: 0, tags: 0 },
    ],
  },
);

limit(STUCK, 'a server is deleted without its role, since the update to one that needs none could not be rolled back', {
  settings: {},
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 6, role: 0 }] } },
    { do: 'fail', operation: 'PutResponse', kind: 'throttle', times: 1000 },
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 0 }] } },
    { do: 'clear faults' },
  ],
});

test('records of a fleet that go so slowly that no answer is heard: the deletion succeeds all the same', async () => {
  const { sights } = await play({
    settings: {},
    seed: 0,
    steps: [
      { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 0 }], fleets: [] } },
      {
        do: 'deploy',
        stack: 'A',
        spec: {
          disconnections: [{ name: 'One', server: 6, role: 0 }],
          fleets: [],
          nested: {
            disconnections: [{ name: 'One', server: 0 }],
            fleets: [{ name: 'Fleet', selection: 0, deleteSourceServer: true }],
          },
        },
      },
      { do: 'fail', operation: 'DeleteSourceServer', kind: 'slow', times: 1000, delay: 45000 },
      { do: 'delete', stack: 'A' },
      { do: 'clear faults' },
    ],
  });
  expect(sights).toContain('Delete of a fleet: SUCCESS');
  expect(sights).not.toContain('Delete of a fleet: FAILED');
});

regression('resources of two templates, which wait for each other, are deleted after a failed rollback', {
  settings: {},
  seed: 0,
  steps: [
    {
      do: 'deploy',
      stack: 'A',
      spec: { disconnections: [{ name: 'One', server: 0 }], sibling: { fails: ['update'], position: 'before' } },
    },
    {
      do: 'deploy',
      stack: 'A',
      spec: { disconnections: [{ name: 'One', server: 1 }], sibling: { fails: ['update'], position: 'after' } },
    },
  ],
});

regression('a server that a rollback has gone back to is deleted once, although the stack is deleted twice', {
  settings: {},
  seed: 0,
  steps: [
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [],
        sibling: { fails: ['update'] },
        nested: { disconnections: [{ name: 'Three', server: 0 }], sibling: { fails: ['delete'] } },
      },
    },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [],
        sibling: {},
        nested: { disconnections: [{ name: 'Three', server: 1 }], sibling: { fails: ['update'], position: 'after' } },
      },
    },
    { do: 'delete', stack: 'A' },
  ],
});

regression('an update takes deleteSourceServer from an extended server, and DRS accepts its disconnect', {
  settings: { disconnectExtended: 'ok' },
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 4, deleteSourceServer: true }] } },
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 4 }] } },
    { do: 'delete', stack: 'A' },
  ],
});

regression('a forged Delete of a nested stack that cleans up, while its root still updates', {
  settings: { policyPropagation: 60 },
  seed: 0,
  steps: [
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [{ name: 'One', server: 0 }],
        sibling: {},
        nested: { disconnections: [{ name: 'One', server: 1 }], drain: 1 },
      },
    },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [{ name: 'One', server: 1 }],
        fleets: [{ name: 'Fleet', selection: 0 }],
        sibling: { seconds: { update: 1 }, fails: ['update'] },
        nested: { disconnections: [{ name: 'One', server: 0 }] },
      },
    },
    { do: 'forge', last: 3, other: 1, change: 'nothing', url: 'a bucket of his own' },
    {
      do: 'deploy',
      stack: 'A',
      spec: { disconnections: [{ name: 'One', server: 6, role: 0 }], nested: { disconnections: [{ name: 'One', server: 1 }] } },
    },
  ],
});

regression('a nested stack that cleaned up at once is rolled back: what it deleted is made again', {
  settings: { nestedCleanUp: 'at-once', disconnectedRecord: 'goes-with-account' },
  seed: 0,
  steps: [
    {
      do: 'deploy',
      stack: 'A',
      spec: { disconnections: [{ name: 'One', server: 0 }], nested: { disconnections: [{ name: 'One', server: 6, role: 0 }] } },
    },
    { do: 'fail', operation: 'DescribeStacks', kind: 'throttle', times: 1000, delay: 45_000 },
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [{ name: 'One', server: 4, deleteSourceServer: true }],
        sibling: { seconds: { create: 1 }, fails: ['create'] },
        nested: { disconnections: [{ name: 'Three', server: 0 }] },
      },
    },
    { do: 'clear faults' },
  ],
});

regression('a fleet is disconnected, and DRS never answers for a server that replicates back', {
  settings: {},
  seed: 0,
  steps: [
    { do: 'deploy', stack: 'A', spec: { disconnections: [], fleets: [{ name: 'Fleet', selection: 0 }] } },
    { do: 'tag', server: 2, tags: 1, then: 0 },
    { do: 'tag', server: 0, tags: 0, then: 0 },
    { do: 'fail', operation: 'DisconnectSourceServer', kind: 'hang', nth: 1, times: 1, delay: 5000, then: 0 },
    { do: 'delete', stack: 'A', then: 0 },
    { do: 'tag', server: 0, tags: 0 },
    { do: 'clear faults', then: 0 },
    { do: 'delete', stack: 'A' },
  ],
});

regression('two fleets with the same selection are removed by one update, and the list shows both as they were', {
  settings: { cleanUpListing: 'until-gone' },
  seed: 0,
  steps: [
    {
      do: 'deploy',
      stack: 'A',
      spec: {
        disconnections: [],
        fleets: [
          { name: 'Another', selection: 0 },
          { name: 'Fleet', selection: 0, role: 2 },
        ],
      },
    },
    { do: 'deploy', stack: 'A', spec: { disconnections: [], fleets: [] } },
    { do: 'delete', stack: 'A' },
  ],
});

const broken = { fails: ['create', 'update'] as const, position: 'after' as const };
const fleet = (selection: number) => [{ name: 'Fleet', selection }];
const pair = (one: number, two: number) => [
  { name: 'One', server: one },
  { name: 'Two', server: two },
];
for (const replacedListing of ['successor', 'predecessor'] as const) {
  const afterFailedUpdate = (what: string, before: StackSpec, failed: StackSpec, next: StackSpec) =>
    regression(`in an update that fails and is not rolled back ${what}; the list shows the ${replacedListing}`, {
      settings: { replacedListing },
      seed: 0,
      steps: [
        { do: 'deploy', stack: 'A', spec: before },
        { do: 'deploy', stack: 'A', onFailure: 'DO_NOTHING', spec: { ...failed, sibling: broken } },
        { do: 'deploy', stack: 'A', spec: next },
      ],
    });
  afterFailedUpdate(
    'a fleet gets another selection, and the next update removes it',
    { disconnections: [], fleets: fleet(0) },
    { disconnections: [], fleets: fleet(2) },
    { disconnections: [] },
  );
  afterFailedUpdate(
    'a fleet gets another selection, and the next update succeeds',
    { disconnections: [], fleets: fleet(0) },
    { disconnections: [], fleets: fleet(2) },
    { disconnections: [], fleets: fleet(2) },
  );
  afterFailedUpdate(
    'two servers change places, and the next update succeeds',
    { disconnections: pair(0, 1) },
    { disconnections: pair(1, 0) },
    { disconnections: pair(1, 0) },
  );
}

for (const last of [1, 2, 3, 4]) {
  const rollbackGivenUp: Step[] = [
    { do: 'deploy', stack: 'A', spec: { disconnections: [{ name: 'One', server: 1 }], sibling: { seconds: { delete: 600 } } } },
    { do: 'deploy', stack: 'A', spec: { disconnections: pair(1, 0), sibling: { seconds: { update: 20 }, fails: ['update'] } }, then: 18 },
    { do: 'fail', operation: 'PutResponse', kind: 'throttle', times: 1000 },
    { do: 'clear faults', then: 0 },
  ];
  const comesAgain = (when: string, step: Step) =>
    regression(`a Delete of a rollback that CloudFormation gave up comes again ${when} (request ${last} from the end)`, {
      settings: {},
      seed: 0,
      steps: [...rollbackGivenUp, step, { do: 'deliver again', last }],
    });
  comesAgain('while the stack is deleted', { do: 'delete', stack: 'A', then: 60 });
  comesAgain('in the clean-up of the next update', {
    do: 'deploy',
    stack: 'A',
    spec: { disconnections: [{ name: 'One', server: 1 }] },
    then: 60,
  });
}
