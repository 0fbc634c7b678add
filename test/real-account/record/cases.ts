import { PREFIX, type Recording, type Resources } from './recording';

/** Something that happens to a stack, and of which AWS doesn't say what it looks like from within. */
export interface Case {
  /** Of its stack, and of its records. */
  readonly name: string;
  readonly what: string;
  /** Ends with the stack deleted. Resolves with the IDs of its stacks, by the names that they have in the report. */
  play(stage: Stage): Promise<Record<string, string>>;
}

/** Where a case is played. */
export interface Stage {
  readonly recording: Recording;
  readonly stackName: string;
  resource(id: string, more?: Record<string, string>, dependsOn?: string): object;
  /** Something that is seen from outside. */
  note(question: string, answer: string): void;
}

const A = (stage: Stage, more?: Record<string, string>): Resources => ({ A: stage.resource('a', more) });
/** B depends on A. */
const AB = (stage: Stage, ofB: Record<string, string>): Resources => ({ ...A(stage), B: stage.resource('b', ofB, 'A') });

export const cases: readonly Case[] = [
  {
    name: 'never-updated',
    what: 'deletion of a stack that was never updated',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, A(stage));
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'change-set',
    what: 'deletion of a stack that a change set created',
    async play(stage) {
      const stack = await stage.recording.createByChangeSet(stage.stackName, A(stage));
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'updated',
    what: 'deletion of a stack that was updated',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, A(stage));
      await stage.recording.update(stack, A(stage, { Edition: '2' }));
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'on-failure-delete',
    what: 'a create that fails, with OnFailure=DELETE',
    async play(stage) {
      return { stack: await stage.recording.create(stage.stackName, AB(stage, { Fail: 'Create' }), { OnFailure: 'DELETE' }) };
    },
  },
  {
    name: 'failed-create',
    what: 'a create that fails without a rollback, and is deleted then',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, AB(stage, { Fail: 'Create' }), { OnFailure: 'DO_NOTHING' });
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'rollback-complete',
    what: 'a create that fails and is rolled back, and is deleted then',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, AB(stage, { Fail: 'Create' }));
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'rollback-failed',
    what: 'a create whose rollback fails, and is deleted then',
    async play(stage) {
      const resources = { A: stage.resource('a', { Fail: 'Delete' }), B: stage.resource('b', { Fail: 'Create' }, 'A') };
      const stack = await stage.recording.create(stage.stackName, resources);
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'update-removes',
    what: 'the clean-up of an update that removes resources, of which B depends on A',
    async play(stage) {
      const kept = { Kept: stage.resource('kept') };
      const stack = await stage.recording.create(stage.stackName, { ...kept, ...AB(stage, {}) });
      await stage.recording.update(stack, kept);
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'update-replaces',
    what: 'the clean-up of an update that replaces a resource',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, A(stage));
      await stage.recording.update(stack, { A: stage.resource('another') });
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'update-renames',
    what: 'the clean-up of an update that gives a resource another logical ID',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, A(stage));
      await stage.recording.update(stack, { Renamed: stage.resource('a') });
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'nested-then-success',
    what: 'an update in which a nested stack has something to clean up, while a sibling is still created',
    play: (stage) => playNested(stage, {}),
  },
  {
    name: 'nested-then-failure',
    what: 'the same, and the sibling fails',
    play: (stage) => playNested(stage, { Fail: 'Create' }),
  },
  {
    name: 'failed-deletion',
    what: 'deletion of a stack in which B fails to delete and depends on A, and its deletion again',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, AB(stage, { Fail: 'Delete' }));
      await stage.recording.delete(stack);
      const told = (await stage.recording.records(stage.stackName)).filter(({ request }) => request.RequestType === 'Delete');
      stage.note('which resources the first deletion asked to be deleted', told.map(({ request }) => request.LogicalResourceId).join(', '));
      await stage.recording.delete(stack);
      return { stack };
    },
  },
  {
    name: 'express',
    what: 'a create in express mode that fails, and is deleted then',
    async play(stage) {
      const skipped = (why: string) => stage.note('CreateStack with DeploymentConfig.Mode=EXPRESS', `refused: ${why}`);
      const parameters = { 'DeploymentConfig.Mode': 'EXPRESS' };
      const stack = await stage.recording.createWith(stage.stackName, AB(stage, { Fail: 'Create' }), parameters, skipped);
      const stacks: Record<string, string> = stack === undefined ? {} : { stack };
      if (stack !== undefined) await stage.recording.delete(stack);
      return stacks;
    },
  },
  {
    name: 'refactoring',
    what: 'a stack refactoring that gives a custom resource another logical ID, and the deletion of its stack',
    async play(stage) {
      const stack = await stage.recording.create(stage.stackName, A(stage));
      stage.note('CreateStackRefactor', await refactor(stage, { Moved: stage.resource('a') }));
      await stage.recording.delete(stack);
      return { stack };
    },
  },
];

/** The nested stack is updated first, and has removed a resource; then the sibling is created, for as long as the nested stack does anything. */
async function playNested(stage: Stage, ofSibling: Record<string, string>): Promise<Record<string, string>> {
  const { recording, stackName: name } = stage;
  const inner = { Kept: stage.resource('kept') };
  const before = await recording.nested(`${name}-1.json`, { ...inner, Gone: stage.resource('gone', {}, 'Kept') });
  const after = await recording.nested(`${name}-2.json`, inner);
  const goOn = `signals/${name}`;
  const stack = await recording.create(name, { Nested: before });
  const nested = (await recording.events(stack)).find(({ LogicalResourceId: id }) => id === 'Nested')!.PhysicalResourceId!;

  const ended = await recording.beginUpdate(stack, {
    Nested: after,
    Sibling: stage.resource('sibling', { ...ofSibling, Until: goOn }, 'Nested'),
  });
  const requests = (id: string, type: string) => async () =>
    (await recording.records(name)).find(({ request }) => request.LogicalResourceId === id && request.RequestType === type);
  try {
    await recording.until(`The creation of the sibling in ${name}`, requests('Sibling', 'Create'));
    const isGoing = await recording.untilQuiet(async () =>
      (await recording.events(nested)).find(
        ({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === 'Gone' && ResourceStatus === 'DELETE_IN_PROGRESS',
      ),
    );
    stage.note('whether the nested stack cleans up while its root still updates', isGoing ? 'yes' : 'no');
    if (isGoing) await recording.until(`The clean-up in ${name}`, requests('Gone', 'Delete'));
  } finally {
    await recording.put(goOn);
  }
  await ended();
  await recording.delete(stack);
  return { 'the root': stack, 'the nested stack': nested };
}

/** Resolves with what came of it. */
async function refactor({ recording, stackName }: Stage, Resources: Resources): Promise<string> {
  const answerOf = async (action: string, parameters: Record<string, string>) => {
    const { ok, text } = await recording.query(action, parameters);
    const told = (name: string) => new RegExp(`<${name}>([^<]*)<`).exec(text)?.[1];
    return { refusal: ok ? undefined : (told('Message') ?? text), told };
  };
  const created = await answerOf('CreateStackRefactor', {
    'StackDefinitions.member.1.StackName': stackName,
    'StackDefinitions.member.1.TemplateBody': JSON.stringify({ Resources }),
    'ResourceMappings.member.1.Source.StackName': stackName,
    'ResourceMappings.member.1.Source.LogicalResourceId': 'A',
    'ResourceMappings.member.1.Destination.StackName': stackName,
    'ResourceMappings.member.1.Destination.LogicalResourceId': 'Moved',
  });
  if (created.refusal !== undefined) return `refused: ${created.refusal}`;
  const StackRefactorId = created.told('StackRefactorId') ?? '';
  const ended = async (name: string) =>
    recording.until(`The refactoring of ${stackName}`, async () => {
      const { refusal, told } = await answerOf('DescribeStackRefactor', { StackRefactorId });
      const status = refusal ?? told(name);
      return status === undefined || /_IN_PROGRESS$/.test(status) ? undefined : `${status}: ${told(`${name}Reason`) ?? 'without a reason'}`;
    });
  const checked = await ended('Status');
  if (!checked.startsWith('CREATE_COMPLETE')) return checked;
  const { refusal } = await answerOf('ExecuteStackRefactor', { StackRefactorId });
  return refusal === undefined ? `${checked}; ${await ended('ExecutionStatus')}` : `${checked}; refused: ${refusal}`;
}

export function stackNameOf({ name }: Case): string {
  return `${PREFIX}-${name}`;
}
