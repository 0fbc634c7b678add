// The code of the recorder's function, which stands in its template as it is here: it writes down each request, and what CloudFormation shows meanwhile.
// AWS is called without an SDK: that of Lambda may not know yet what an answer holds.
'use strict';
const { createHash, createHmac } = require('node:crypto');
const { setTimeout: pause } = require('node:timers/promises');

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** Sends a request, signed by hand (Signature Version 4); resolves with its answer, whatever that is. */
async function call({ service, region, accessKeyId, secretAccessKey, sessionToken, method = 'POST', path = '/', body = '' }) {
  const url = new URL(path, process.env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.amazonaws.com`);
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const token = sessionToken ? { 'x-amz-security-token': sessionToken } : {};
  const headers = { host: url.host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time, ...token };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [method, url.pathname, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const key = scope.reduce((previous, part) => hmac(previous, part), `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
  const { host, ...sent } = headers;
  sent.authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}`;
  if (service === 'cloudformation') sent['content-type'] = 'application/x-www-form-urlencoded; charset=utf-8';
  const response = await fetch(url, { method, headers: sent, ...(body !== '' && { body: Buffer.from(body) }) });
  return { ok: response.ok, text: await response.text() };
}

/** An operation of CloudFormation. Resolves with its answer as it came, in XML; a throttled one, or one that is not allowed yet, is tried again. */
async function query(who, Action, parameters) {
  const body = new URLSearchParams({ Action, Version: '2010-05-15', ...parameters }).toString();
  for (let attempt = 1; ; attempt++) {
    const answer = await call({ ...who, service: 'cloudformation', body });
    if (answer.ok || attempt === 6 || !/Throttling|AccessDenied|ServiceUnavailable|InternalFailure/.test(answer.text)) return answer;
    await pause(attempt * 1000);
  }
}

const self = () => ({
  region: process.env.AWS_REGION,
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});
const object = (method, key, body) => call({ ...self(), service: 's3', method, path: `/${process.env.BUCKET}/${key}`, body });
const isThere = async (key) => (await object('GET', key)).ok;
async function put(key, content) {
  for (let attempt = 1; ; attempt++) {
    const { ok, text } = await object('PUT', key, content);
    if (ok) return;
    if (attempt === 6) throw new Error(`${key} could not be written: ${text}`);
    await pause(attempt * 1000);
  }
}

/** What CloudFormation shows of the stack, and of the one around it, while it waits for our answer. */
async function shown({ StackId }) {
  const ask = async (Action, StackName) => (await query(self(), Action, { StackName })).text;
  const stack = await ask('DescribeStacks', StackId);
  const [, parentId] = /<ParentId>([^<]+)</.exec(stack) ?? [];
  return {
    DescribeStacks: stack,
    DescribeStackEvents: await ask('DescribeStackEvents', StackId),
    ListStackResources: await ask('ListStackResources', StackId),
    ...(parentId && { parent: await ask('DescribeStacks', parentId) }),
  };
}

/** Properties: `Fail`, the type of the request that fails once; `Until`, the object without which a Create is not answered. */
async function record({ ResponseURL, ...request }) {
  const { RequestType, RequestId, LogicalResourceId, ResourceProperties } = request;
  const { Case, Fail, Until } = ResourceProperties;
  const time = new Date().toISOString();
  await put(`records/${Case}/${RequestId}`, JSON.stringify({ time, request, shown: await shown(request) }));
  // CloudFormation waits for no more than the ServiceTimeout of the resource.
  while (Until && RequestType === 'Create' && !(await isThere(Until))) await pause(2000);
  if (Fail !== RequestType) return;
  const failed = `failed/${Case}/${LogicalResourceId}`;
  if (await isThere(failed)) return;
  await put(failed, time);
  throw new Error('It was told to fail.');
}

async function handler(event) {
  const { RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId, ResourceProperties, ResponseURL } = event;
  const ownId = RequestType === 'Delete' ? PhysicalResourceId : ResourceProperties.Id;
  const ids = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: ownId };
  const answer = await record(event).then(
    () => ({ Status: 'SUCCESS' }),
    ({ message }) => ({ Status: 'FAILED', Reason: message }),
  );
  await fetch(ResponseURL, { method: 'PUT', body: Buffer.from(JSON.stringify({ ...ids, ...answer })) });
}

module.exports = { handler, query };
