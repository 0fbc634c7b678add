// Preloaded into every function process. The official runtime client (aws-lambda-ric) asks for a native module, rapid-client.node, that needs a compiler;
// this answers in its place over node:http. The client itself fetches events over node:http too (AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1).
'use strict';
const http = require('node:http');
const Module = require('node:module');
const { Socket } = require('node:net');

// Who runs this process is gone, perhaps without a chance to end it: nobody else would, and a handler may wait for an hour yet.
const lifeline = new Socket({ fd: 3 }).once('close', () => process.kill(process.pid, 'SIGKILL'));
lifeline.resume().unref();

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

/** Once what the handler wrote has left this process: its lines belong before the END of its invocation. */
async function post(requestId, kind, body, headers) {
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((resolve) => stream.write('', resolve))));
  const path = `/2018-06-01/runtime/invocation/${requestId}/${kind}`;
  const options = { hostname, port, path, method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } };
  http.request(options, (response) => response.resume()).end(body);
}

const rapidClient = {
  done: (requestId, body) => void post(requestId, 'response', body),
  error: (requestId, body) => void post(requestId, 'error', body, { 'lambda-runtime-function-error-type': 'Unhandled' }),
};

const load = Module._load;
Module._load = (request, ...rest) => (request === './rapid-client.node' ? rapidClient : load(request, ...rest));
