// Fails if the function has outgrown its budget in package.json: every byte of it is read and compiled before the first request is answered.
import { readFile } from 'node:fs/promises';

const read = async (file) => JSON.parse(await readFile(new URL(`../${file}`, import.meta.url), 'utf8'));
const { bundleBudget } = await read('package.json');
const bundle = await read('.build/bundle.json');

for (const [what, budget] of Object.entries(bundleBudget)) {
  console.log(`${what}: ${bundle[what]} of ${budget} bytes`);
  if (!(bundle[what] <= budget)) {
    console.error(
      `The bundle has outgrown its budget: \`npm run bench -- bundle\` tells which packages it is made of. See docs/decisions/0013-speed.md.`,
    );
    process.exitCode = 1;
  }
}
