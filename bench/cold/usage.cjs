// Preloaded into every measured process: tells what it took, on descriptor 3, when it ends.
'use strict';
const { writeSync } = require('node:fs');

// The peers leave the port out of the response URL: it is 443 on AWS.
require('node:https').globalAgent.defaultPort = Number(process.env.RESPONSE_PORT);

process.on('exit', () => writeSync(3, JSON.stringify(process.resourceUsage())));
process.on('SIGTERM', () => process.exit());
