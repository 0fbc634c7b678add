import { scenarios } from '../../bin/rehearsal/scenarios';
import { Timeline } from '../../bin/rehearsal/timeline';
import { EmbeddedAws } from '../../emulator';
import { ForetoldStage } from './foretold';

// What the plan says is what then happens: in every scenario, each deletion and each update is planned first.

/** Scenarios of what nobody can foresee, and why. */
const UNFORESEEN: Readonly<Record<string, string>> = {
  'cross-account': 'the operator of the embedded AWS may assume even a role that was deleted',
  'drs-down': 'DRS fails only while the function works',
  'stuck-staging-area': 'a replication server never leaves',
  unreachable: 'CloudFormation does not hear of what the function did',
  'update-rollback': 'another resource of the stack fails',
  'without-drain': 'the VPC is in use, and nothing of ours waits for it',
};

test.each(scenarios.filter(({ name }) => !(name in UNFORESEEN)))(
  '$name',
  async (scenario) => {
    const aws = await EmbeddedAws.start(scenario.settings);
    try {
      await scenario.play(new ForetoldStage(aws, new Timeline(aws, { write: () => true })));
    } finally {
      await aws.stop();
    }
  },
  180_000,
);

test('every scenario that can not be foreseen is one', () => {
  expect(scenarios.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(UNFORESEEN)));
});
