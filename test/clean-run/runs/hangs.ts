import { connect } from 'node:net';
import { startLambda } from '../../emulator/lambda/harness';
import { leaveAFolder } from './leave';

test('hangs, with a function that works', async () => {
  leaveAFolder();
  const port = Number(process.env.WITNESS);
  connect(port).write('test\n');
  const harness = startLambda({ speed: 1 });
  const arn = await harness.create(
    'hang',
    `exports.handler = () => new Promise(() => require('node:net').connect(${port}).on('error', () => {}).write('function\\n'));`,
  );
  await harness.lambda.invoke(arn, {}).settled;
});
