import { type Scenario, scenarios } from '../../scenarios';
import { Stage } from '../../scenarios/runner';
import { Timeline } from '../../scenarios/console';
import { EmbeddedAws } from '../../emulator';
import { defaultSettings } from '../../emulator/settings';
import { ForetoldStage } from './plan-matches-outcome';

// Every scenario of `npm start` is played once: it throws where what should have happened did not, and what the plan said before is what then happens.

/** Those that `npm test` plays: together they cross every border, and each takes a second or two. */
export const FAST: readonly string[] = [
  ...['landing-zone', 'recovery-instance', 'already-gone', 'retain', 'drill', 'delete-record', 'cross-account', 'fleet'],
  ...['replacement', 'rename', 'removed', 'rollback', 'nested', 'on-failure-delete', 'throttled', 'killed'],
];

/** Those that no plan can foresee, and why. */
export const UNFORESEEN: Readonly<Record<string, string>> = {
  'cross-account': 'the operator of the embedded AWS may assume even a role that was deleted',
  'drs-down': 'DRS fails only while the function works',
  'stuck-staging-area': 'a replication server never leaves',
  unreachable: 'CloudFormation does not hear of what the function did',
  'update-rollback': 'another resource of the stack fails',
  'without-drain': 'the VPC is in use, and nothing of ours waits for it',
};

export const fastScenarios = scenarios.filter(({ name }) => FAST.includes(name));
export const slowScenarios = scenarios.filter(({ name }) => !FAST.includes(name));

/** Beyond, a deadline of minutes is over before a process has started on a busy machine: suites share the cores, `npm start` has them to itself. */
export const FASTEST = 120;

export async function playScenario(scenario: Scenario): Promise<void> {
  const { name, settings } = scenario;
  const aws = await EmbeddedAws.start({ ...settings, speed: Math.min(settings?.speed ?? defaultSettings.speed, FASTEST) });
  let shown = '';
  const timeline = new Timeline(aws, { write: (text) => (shown += text) });
  try {
    await scenario.play(name in UNFORESEEN ? new Stage(aws, timeline) : new ForetoldStage(aws, timeline));
  } finally {
    await aws.stop();
  }
  expect(shown).toMatch(/^\$ (npx cdk|aws cloudformation) /m);
  expect(shown).not.toContain('\x1b');
}
