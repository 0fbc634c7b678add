import { type Alternative, alternatives, onEmbeddedAws, recordEmbedded } from './record/embedded';
import { type Fact, NOT_PLAYED, record } from './record/facts';
import { existingStacks } from './record/recording';
import { type AlternativeFacts, compare, fittingValues, settingResults, show } from './record/report';

// `npm run test:real:record`, with an embedded AWS in the place of the real one.

let embedded: readonly Fact[];
let others: readonly AlternativeFacts[];
beforeAll(async () => {
  embedded = await recordEmbedded();
  const changed: AlternativeFacts[] = [];
  for (const { setting, value } of alternatives) changed.push({ setting, value, facts: await recordEmbedded({ [setting]: value }) });
  others = changed;
}, 600_000);

/** What an AWS that does so answers, and the embedded one doesn't. */
const DIFFERENCES: Record<Alternative['setting'], RegExp> = {
  lastOperations: /: LastOperations$/,
  deletionReason: /: StackStatusReason$/,
  cleanUpListing: /^update-.*: ListStackResources$|^nested-.*Delete of (Gone|Sibling): ListStackResources$/,
  nestedCleanUp: /^nested-/,
  failedDeletion: /^failed-deletion /,
};

test('every case is played', () => {
  expect(embedded.filter(({ question }) => question === NOT_PLAYED)).toEqual([]);
  expect(embedded.filter(({ answer }) => /could not be written|undefined/.test(answer))).toEqual([]);
});

test('what the embedded AWS does not know is skipped, with a line', () => {
  const refused = embedded.filter(({ answer }) => answer.startsWith('refused: ')).map(({ question, answer }) => `${question} ${answer}`);
  expect(refused).toEqual([expect.stringMatching(/^CreateStackRefactor refused: /)]);
});

test('an AWS like the embedded one: no difference', async () => {
  const aws = await recordEmbedded();
  const rows = compare(aws, embedded, others);
  expect(rows.filter((row) => row.aws !== row.embedded)).toEqual([]);
  const settings = settingResults(aws, embedded, others);
  expect(settings.map(fittingValues)).toEqual(settings.map(({ likely }) => [likely]));
  expect(show(rows, settings)).toMatch(/0 of \d+ answers are different\.$/);
});

test.each(alternatives.map(({ setting, value }) => [setting, value] as const))(
  'an AWS with %s=%s: this difference alone',
  (setting, value) => {
    const aws = others.find((other) => other.setting === setting && other.value === value)!.facts;
    const rows = compare(aws, embedded, others);
    const different = rows.filter((row) => row.aws !== row.embedded);
    expect(different).not.toEqual([]);
    for (const row of different) {
      expect(`${row.case} ${row.question}`).toMatch(DIFFERENCES[setting]);
      expect(row.fits).toContain(`${setting}=${value}`);
    }
    const settings = settingResults(aws, embedded, others);
    expect(fittingValues(settings.find((result) => result.setting === setting)!)).toEqual([value]);
    const shown = show(rows, settings);
    expect(shown).toContain(`does not fit, but ${value} does (`);
    expect(shown.match(/^ {2}DIFFERENT/gm)).toHaveLength(different.length);
  },
);

test('what no value of a setting explains is said to be so', () => {
  const aws = embedded.map((fact) => (fact.question.endsWith(': LastOperations') ? { ...fact, answer: 'IMPORT' } : fact));
  const different = compare(aws, embedded, others).filter((row) => row.aws !== row.embedded);
  expect(new Set(different.flatMap(({ fits }) => fits))).toEqual(new Set());
  expect(show(different, settingResults(aws, embedded, others))).toContain('which does not fit, nor does another value (of ');
});

test('ended half-way, it deletes all that it has made', async () => {
  const left = await onEmbeddedAws({}, async (recording, aws, stop) => {
    aws.cloudFormation.onEvent(({ type, status }) => type === 'Custom::Recorded' && status === 'UPDATE_IN_PROGRESS' && stop.abort());
    const { facts } = await record(recording);
    expect(facts.filter(({ question }) => question === NOT_PLAYED)).not.toEqual([]);
    return [...(await recording.cleanUp()), ...(await existingStacks())];
  });
  expect(left).toEqual([]);
});

test('what can not be deleted is named, with the command', async () => {
  await onEmbeddedAws({}, async (recording, aws) => {
    await recording.start();
    await recording.create('cdk-drs-recorder-kept', { A: recording.resource('kept', 'a') });
    aws.faults.add({ service: 'cloudformation', operation: 'DeleteStack', kind: 'denied' });
    const [kept, recorder] = await recording.cleanUp();
    expect(kept).toMatch(
      /^The stack cdk-drs-recorder-kept is left, .*To delete it: aws cloudformation delete-stack --stack-name cdk-drs-recorder-kept$/,
    );
    expect(recorder).toContain('The stack cdk-drs-recorder is left, which the others need');
    expect((await existingStacks()).sort()).toEqual(['cdk-drs-recorder', 'cdk-drs-recorder-kept']);
  });
});
