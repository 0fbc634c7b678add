import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { type Case, cases, stackNameOf } from './cases';
import type { Recording, RequestRecord } from './recording';

/** An answer of AWS to a question of a case. */
export interface Fact {
  readonly case: string;
  readonly question: string;
  readonly answer: string;
}

export interface Recorded {
  readonly facts: readonly Fact[];
  /** All that was recorded, by case. */
  readonly records: Readonly<Record<string, readonly RequestRecord[]>>;
}

/** Plays all cases at once. One that can't be played says so in a fact, and the others go on. */
export async function record(recording: Recording): Promise<Recorded> {
  await recording.start();
  const played = await Promise.all(cases.map((one) => play(one, recording)));
  return { facts: played.flatMap(({ facts }) => facts), records: Object.fromEntries(played.map(({ name, records }) => [name, records])) };
}

async function play(one: Case, recording: Recording): Promise<{ name: string; facts: Fact[]; records: RequestRecord[] }> {
  const { name } = one;
  const facts: Fact[] = [];
  const note = (question: string, answer: string) => void facts.push({ case: name, question, answer: withoutIds(answer) });
  const stackName = stackNameOf(one);
  const resource = (id: string, more?: Record<string, string>, dependsOn?: string) => recording.resource(stackName, id, more, dependsOn);
  try {
    const stacks = await one.play({ recording, stackName, resource, note });
    for (const [which, id] of Object.entries(stacks)) note(`what ${which} went through`, statuses(await recording.events(id), id));
  } catch (error) {
    note(NOT_PLAYED, (error as Error).message);
  }
  const records = await recording.records(stackName).catch(() => []);
  note('requests', requestsIn(records));
  deletionsIn(records).forEach(([title, deletion]) =>
    seenDuring(deletion).forEach(([question, answer]) => note(`${title}: ${question}`, answer)),
  );
  return { name, facts, records };
}

export const NOT_PLAYED = 'could not be played';

function statuses(events: readonly StackEvent[], stackId: string): string {
  const own = events.filter(({ PhysicalResourceId }) => PhysicalResourceId === stackId).reverse();
  return own.map(({ ResourceStatus, ResourceStatusReason: reason }) => withReason(ResourceStatus!, reason)).join(', ');
}

/** Of each resource in order. Those of different resources may be under way at once. */
function requestsIn(records: readonly RequestRecord[]): string {
  const ids = [...new Set(records.map(({ request }) => request.LogicalResourceId))].sort();
  const ofResource = (id: string) =>
    records.filter(({ request }) => request.LogicalResourceId === id).map(({ request }) => request.RequestType);
  return ids.map((id) => `${id}: ${ofResource(id).join(', ')}`).join('; ') || 'none';
}

function deletionsIn(records: readonly RequestRecord[]): [title: string, deletion: RequestRecord][] {
  const deletions = records.filter(({ request }) => request.RequestType === 'Delete');
  return deletions.map((deletion, index) => {
    const id = deletion.request.LogicalResourceId;
    const earlier = deletions.slice(0, index).filter(({ request }) => request.LogicalResourceId === id).length;
    return [`Delete of ${id}${earlier > 0 ? `, number ${earlier + 1}` : ''}`, deletion];
  });
}

/** What a function is shown that is asked to delete a resource. */
function seenDuring({ request, shown }: RequestRecord): [question: string, answer: string][] {
  const stack = shown.DescribeStacks;
  const events = membersOf(shown.DescribeStackEvents);
  const own = events.filter((event) => textOf(event, 'PhysicalResourceId') === request.StackId);
  const ofResource = events.find((event) => textOf(event, 'LogicalResourceId') === request.LogicalResourceId);
  const idOf = (xml: string) => (textOf(xml, 'PhysicalResourceId') === request.PhysicalResourceId ? '' : ', another physical ID');
  const listed = membersOf(shown.ListStackResources).map((resource) => {
    const id = textOf(resource, 'LogicalResourceId')!;
    return `${id} ${textOf(resource, 'ResourceStatus')}${id === request.LogicalResourceId ? idOf(resource) : ''}`;
  });
  const operations = [...stack.matchAll(/<OperationType>([^<]+)</g)].map(([, type]) => type);
  return [
    ['StackStatus', textOf(stack, 'StackStatus') ?? 'not told'],
    ['StackStatusReason', textOf(stack, 'StackStatusReason') ?? 'none'],
    ['LastOperations', operations.join(', ') || 'none'],
    ['LastUpdatedTime', textOf(stack, 'LastUpdatedTime') === undefined ? 'none' : 'set'],
    [
      'events of the stack itself, newest first',
      own.map((event) => withReason(textOf(event, 'ResourceStatus')!, textOf(event, 'ResourceStatusReason'))).join(', '),
    ],
    ['newest event of the resource', ofResource === undefined ? 'none' : `${textOf(ofResource, 'ResourceStatus')}${idOf(ofResource)}`],
    ['ListStackResources', listed.sort().join(', ') || 'none'],
    ...(shown.parent === undefined
      ? []
      : [['StackStatus of the parent', textOf(shown.parent, 'StackStatus') ?? 'not told'] as [string, string]]),
  ];
}

function withReason(status: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? status : `${status} (${reason.trim()})`;
}

/** What is another one in each run can't be compared. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/arn:[\w:/-]+/g, 'ARN')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/\d{12}/g, 'ACCOUNT');
}

/** The members of an answer's only list. */
function membersOf(xml: string): string[] {
  return xml.split('<member>').slice(1);
}

function textOf(xml: string, element: string): string | undefined {
  const [, text] = new RegExp(`<${element}>([^<]*)<`).exec(xml) ?? [];
  return text
    ?.replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
