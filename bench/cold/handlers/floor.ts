import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { CloudFormationCustomResourceDeleteEvent } from 'aws-lambda';

// The floor: what ours asks, without a library, retries or the handling of any error. Nobody should run this.

export async function handler(event: CloudFormationCustomResourceDeleteEvent): Promise<void> {
  const region = event.StackId.split(':')[3] ?? '';
  const query = new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: event.StackId }).toString();
  const described = await call('cloudformation', region, '/', 'application/x-www-form-urlencoded', query);
  if (!described.includes('<StackStatus>DELETE_IN_PROGRESS</StackStatus>')) {
    throw new Error('This deletion is not genuine.');
  }
  const server = JSON.stringify({ sourceServerID: event.PhysicalResourceId.split('/')[1] });
  const disconnected = await call('drs', region, '/DisconnectSourceServer', 'application/json', server);
  const Status = disconnected.includes('"DISCONNECTED"') ? 'SUCCESS' : 'FAILED';
  const { PhysicalResourceId, StackId, RequestId, LogicalResourceId } = event;
  const response = JSON.stringify({ Status, PhysicalResourceId, StackId, RequestId, LogicalResourceId });
  await send('PUT', new URL(event.ResponseURL), { 'content-type': '' }, response);
}

function call(service: string, region: string, path: string, contentType: string, body: string): Promise<string> {
  const url = new URL(path, process.env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.amazonaws.com`);
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    'content-type': contentType,
    host: url.host,
    'x-amz-date': date,
    'x-amz-security-token': process.env.AWS_SESSION_TOKEN ?? '',
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['POST', url.pathname, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${process.env.AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return send('POST', url, { ...headers, authorization }, body);
}

function send(method: string, url: URL, headers: Record<string, string>, body: string): Promise<string> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(url, { method, headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end(body);
  });
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
