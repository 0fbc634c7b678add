// A function in a bare process: nothing is between Node and the handler.
'use strict';
const { join } = require('node:path');

const [file, name] = process.env._HANDLER.split('.');
const { [name]: handler } = require(join(process.env.LAMBDA_TASK_ROOT, file));
const context = { invokedFunctionArn: process.env.FUNCTION_ARN, getRemainingTimeInMillis: () => 900_000, logStreamName: 'stream' };
handler(JSON.parse(process.env.EVENT), context).then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
