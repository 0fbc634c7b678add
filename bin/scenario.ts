/*
 * `npm start`: deploys a landing zone on the embedded AWS, tears it down, and shows what happened.
 *
 *   npm start                          the scenario `landing-zone`
 *   npm start -- --list                the scenarios
 *   npm start -- --scenario NAME       another one
 *
 * Exits with 0 only if what should have happened did. Leaves nothing behind, also when it is interrupted.
 */
import { parseArgs } from 'node:util';
import { EmbeddedAws } from '../emulator';
import { type Scenario, scenarios } from '../scenarios';
import { Stage } from '../scenarios/runner';
import { Timeline } from '../scenarios/console';

// aws-cdk-lib's own check of a template takes longer than all the rest of a rehearsal; the tests have it.
process.env.CDK_VALIDATION ??= 'false';

function chosenScenario(name: string): Scenario {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (!scenario) {
    throw new Error(`There is no scenario '${name}'. There are: ${scenarios.map((candidate) => candidate.name).join(', ')}.`);
  }
  return scenario;
}

async function play(scenario: Scenario) {
  const aws = await EmbeddedAws.start(scenario.settings);
  const interrupt = () => void aws.stop().finally(() => process.exit(1));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const timeline = new Timeline(aws, process.stdout);
    timeline.title(scenario.name, scenario.summary);
    await scenario.play(new Stage(aws, timeline));
    timeline.say('Everything happened as it should.');
  } finally {
    await aws.stop();
  }
}

async function main() {
  const { values } = parseArgs({ options: { list: { type: 'boolean' }, scenario: { type: 'string', default: 'landing-zone' } } });
  if (values.list) {
    const width = Math.max(...scenarios.map(({ name }) => name.length));
    scenarios.forEach(({ name, summary }) => console.log(`${name.padEnd(width)}  ${summary}`));
    return;
  }
  await play(chosenScenario(values.scenario));
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
