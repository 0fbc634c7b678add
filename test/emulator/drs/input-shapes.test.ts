import { sendSigned } from '../http/signed-request';
import { Services } from '../services';

const sourceServerID = 's-0123456789abcdef0';
const recoveryInstanceID = 'i-0123456789abcdef0';

let services: Services;
beforeAll(async () => {
  services = await Services.start();
});
afterAll(() => services.stop());

/** By hand, since a client would drop what the service model doesn't know. */
async function post(operation: string, body: unknown): Promise<{ status: number; error: unknown; fields: unknown[]; message: string }> {
  const response = await sendSigned(services.gateway.endpoint, {
    service: 'drs',
    credentials: services.iam.operatorCredentials('111122223333'),
    path: `/${operation}`,
    body: JSON.stringify(body),
  });
  const answer = JSON.parse(response.body || '{}') as { message: string; fieldList?: { name: string }[] };
  const fields = (answer.fieldList ?? []).map(({ name }) => name);
  return { status: response.status, error: response.headers['x-amzn-errortype'], fields, message: answer.message };
}

test.each<[string, string, unknown, string[]]>([
  ['no ID', 'DisconnectSourceServer', {}, ['sourceServerID']],
  ['a null ID', 'DisconnectSourceServer', { sourceServerID: null }, ['sourceServerID']],
  ['an ID that is a number', 'DisconnectSourceServer', { sourceServerID: 5 }, ['sourceServerID']],
  ['an ID with another prefix', 'DisconnectSourceServer', { sourceServerID: 'x-0123456789abcdef0' }, ['sourceServerID']],
  ['an ID with another character', 'DisconnectSourceServer', { sourceServerID: 's-0123456789abcdef-' }, ['sourceServerID']],
  ['an ID too short', 'DisconnectSourceServer', { sourceServerID: 's-0123' }, ['sourceServerID', 'sourceServerID']],
  [
    'an ARN for an ID',
    'DeleteSourceServer',
    { sourceServerID: `arn:aws:drs:eu-central-1:111122223333:source-server/${sourceServerID}` },
    ['sourceServerID', 'sourceServerID'],
  ],
  ['an unknown member', 'DisconnectSourceServer', { sourceServerID, force: true }, ['force']],
  ['a member of every object', 'DisconnectSourceServer', { sourceServerID, toString: 1 }, ['toString']],
  ['a source server for a recovery instance', 'DisconnectRecoveryInstance', { recoveryInstanceID: sourceServerID }, ['recoveryInstanceID']],
  [
    'a recovery instance ID too short',
    'DeleteRecoveryInstance',
    { recoveryInstanceID: 'i-0123' },
    ['recoveryInstanceID', 'recoveryInstanceID'],
  ],
  ['a recovery instance ID too long', 'StopFailback', { recoveryInstanceID: `${recoveryInstanceID}0` }, ['recoveryInstanceID']],
  [
    'a malformed ID in a filter',
    'DescribeSourceServers',
    { filters: { sourceServerIDs: [sourceServerID, 'x'.repeat(19)] } },
    ['filters.sourceServerIDs.2.member'],
  ],
  [
    'more than 200 IDs',
    'DescribeSourceServers',
    { filters: { sourceServerIDs: Array(201).fill(sourceServerID) } },
    ['filters.sourceServerIDs'],
  ],
  [
    'more than 200 recovery instances',
    'DescribeRecoveryInstances',
    { filters: { recoveryInstanceIDs: Array(201).fill(recoveryInstanceID) } },
    ['filters.recoveryInstanceIDs'],
  ],
  ['a filter that does not exist', 'DescribeSourceServers', { filters: { tags: {} } }, ['filters.tags']],
  ['a filter that is a list', 'DescribeSourceServers', { filters: [] }, ['filters']],
  ['a list that is none', 'DescribeSourceServers', { filters: { sourceServerIDs: sourceServerID } }, ['filters.sourceServerIDs']],
  ['no results', 'DescribeSourceServers', { maxResults: 0 }, ['maxResults']],
  ['half a result', 'DescribeSourceServers', { maxResults: 1.5 }, ['maxResults']],
  ['a token too long', 'DescribeSourceServers', { nextToken: 'x'.repeat(2049) }, ['nextToken']],
  ['a foreign token', 'DescribeSourceServers', { nextToken: 'x' }, []],
  ['nothing to terminate', 'TerminateRecoveryInstances', { recoveryInstanceIDs: [] }, ['recoveryInstanceIDs']],
  ['a malformed job', 'DescribeJobs', { filters: { jobIDs: ['drsjob-0123456789abcde_0'] } }, ['filters.jobIDs.1.member']],
  ['a malformed date', 'DescribeJobs', { filters: { fromDate: '2026-13-01T00:00:00Z' } }, ['filters.fromDate']],
])('refuses %s', async (_name, operation, body, fields) => {
  const answer = await post(operation, body);
  expect(answer).toMatchObject({ status: 400, error: 'ValidationException', fields });
  for (const field of fields) expect(answer.message).toContain(`'${field}'`);
});

test.each<[string, string, unknown]>([
  ['nulls where nothing is required', 'DescribeSourceServers', { filters: { hardwareId: null, sourceServerIDs: null }, maxResults: null }],
  ['200 IDs', 'DescribeSourceServers', { filters: { sourceServerIDs: Array(200).fill(sourceServerID) } }],
  [
    'any number of source servers of recovery instances',
    'DescribeRecoveryInstances',
    { filters: { sourceServerIDs: Array(300).fill(sourceServerID) } },
  ],
  ['a short recovery instance ID', 'DeleteRecoveryInstance', { recoveryInstanceID: 'i-0123abCD' }],
  ['many results', 'DescribeSourceServers', { maxResults: 1000 }],
])('accepts %s', async (_name, operation, body) => {
  expect(await post(operation, body)).toMatchObject({ status: 200, error: undefined });
});
