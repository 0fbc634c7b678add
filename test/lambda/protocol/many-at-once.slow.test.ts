import type { Context } from 'aws-lambda';
import { DescribeSourceServersCommand, DisconnectSourceServerCommand } from '@aws-sdk/client-drs';
import { SOURCE_SERVER_DISCONNECTION, STACK_ID_VARIABLE } from '../../../lib/contract';
import { handler } from '../../../lambda';
import { DescribeStackEventsCommand, DescribeStacksCommand, type StackEvent } from '../../../lambda/aws/cloudformation';
import { completeOnce } from '../../../lambda/protocol/deletion-check';
import * as response from '../../../lambda/protocol/response';
import { cloudFormation, drs, FUNCTION_ARN, ofResource, ofStack, reset, serviceError, SERVER_ARN, STACK_ID, server } from '../harness';

// CloudFormation deletes all resources of a stack that depend on nothing at the same time, up to the 500 that a template may have.

const COUNT = 480;
const MINUTE = 60_000;
/** As CloudFormation has them. */
const EVENTS_PER_PAGE = 100;

const resources = Array.from({ length: COUNT }, (_, index) => ({
  LogicalResourceId: `Server${index}`,
  PhysicalResourceId: `${SERVER_ARN.slice(0, -3)}${String(index).padStart(3, '0')}`,
}));

/** Takes so many calls a second, and refuses the others. */
function limited<Input, Output>(perSecond: number, answer: (input: Input) => Output) {
  let [tokens, filled] = [perSecond, Date.now()];
  return (input: Input) => {
    const now = Date.now();
    [tokens, filled] = [Math.min(perSecond, tokens + ((now - filled) / 1_000) * perSecond), now];
    if (tokens < 1) {
      throw serviceError('Throttling', 'Rate exceeded', 400);
    }
    tokens--;
    return answer(input);
  };
}

/** Of a generator that gives the same numbers each time. */
function pseudoRandom() {
  let state = 1;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** What the stack has come through, oldest first: nothing was deleted yet. */
function eventsOfTheDeletion(): StackEvent[] {
  return [
    ofStack('CREATE_IN_PROGRESS'),
    ...resources.flatMap((one) => [ofResource('CREATE_IN_PROGRESS', one), ofResource('CREATE_COMPLETE', one)]),
    ofStack('CREATE_COMPLETE'),
    ofStack('DELETE_IN_PROGRESS', 'User Initiated'),
    ...resources.map((one) => ofResource('DELETE_IN_PROGRESS', one)),
  ];
}

test('480 deletions at once, each in a process of its own, at ten DescribeStackEvents and one disconnect a second: all succeed', async () => {
  reset();
  jest.spyOn(Math, 'random').mockImplementation(pseudoRandom());
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  // A process remembers that the stack was complete: here each begins without.
  jest.spyOn(completeOnce, 'has').mockReturnValue(false);
  const StackStatus = 'DELETE_IN_PROGRESS';
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackId: STACK_ID, StackName: 'LandingZone', StackStatus }] });
  const events = eventsOfTheDeletion();
  const page = ({ NextToken }: { NextToken?: string }) => {
    const end = NextToken === undefined ? events.length : Number(NextToken);
    const begin = Math.max(0, end - EVENTS_PER_PAGE);
    return { StackEvents: events.slice(begin, end).reverse(), NextToken: begin > 0 ? String(begin) : undefined };
  };
  cloudFormation.on(DescribeStackEventsCommand).callsFake(limited(10, page));
  drs.on(DescribeSourceServersCommand).callsFake(({ filters }: { filters: { sourceServerIDs: string[] } }) => ({
    items: filters.sourceServerIDs.map((sourceServerID) => ({ ...server('CONTINUOUS'), sourceServerID })),
  }));
  drs.on(DisconnectSourceServerCommand).callsFake(limited(1, () => server('DISCONNECTED')));
  const answers: response.Response[] = [];
  jest.spyOn(response, 'deliver').mockImplementation((_url, body) => {
    const answer = JSON.parse(body) as response.Response;
    answers.push(answer);
    events.push(ofResource(answer.Status === 'SUCCESS' ? 'DELETE_COMPLETE' : 'DELETE_FAILED', answer));
    return Promise.resolve();
  });

  process.env[STACK_ID_VARIABLE] = STACK_ID;
  const end = Date.now() + 15 * MINUTE;
  const context = { invokedFunctionArn: FUNCTION_ARN, getRemainingTimeInMillis: () => end - Date.now() } as Context;
  const all = resources.map((resource) => {
    const ResourceProperties = { ServiceToken: 'token', SourceServerArn: resource.PhysicalResourceId };
    const ids = { StackId: STACK_ID, RequestId: resource.LogicalResourceId, ResourceType: SOURCE_SERVER_DISCONNECTION, ...resource };
    const ResponseURL = 'https://responses.s3.eu-central-1.amazonaws.com/response';
    return handler({ RequestType: 'Delete', ServiceToken: FUNCTION_ARN, ResponseURL, ResourceProperties, ...ids }, context);
  });
  await jest.advanceTimersByTimeAsync(15 * MINUTE);
  await Promise.all(all);
  expect(answers.filter(({ Status }) => Status !== 'SUCCESS')).toEqual([]);
  expect(answers).toHaveLength(COUNT);
}, 300_000);
