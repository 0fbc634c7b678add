import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Case, type Contestant, OURS } from '../case';
import { buildHandlers } from '../cold/handlers';
import { AWS_CUSTOM_RESOURCE, ROOT } from '../paths';

/** Packages with fewer bytes are not named. */
const HEAVY = 2_000;

/** What the function weighs, and what it is made of. */
export const bundle: Case = {
  name: 'bundle',
  about: 'the bytes of the function, of which a disconnection of one server loads only some',
  runs: 1,
  warmUps: 0,
  prepare: async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-bundle-'));
    await buildHandlers(directory);
    const plain = sizeOf(path.join(directory, 'plain'));
    fs.rmSync(directory, { recursive: true });
    const { published, loaded, packages } = JSON.parse(fs.readFileSync(path.join(ROOT, '.build/bundle.json'), 'utf8')) as Bundle;
    const heavy = Object.entries(packages).filter(([, bytes]) => bytes >= HEAVY);
    const others = Object.values(packages).filter((bytes) => bytes < HEAVY);
    return {
      contestants: [
        weighed(OURS, 'published', published),
        weighed('a plain bundle', 'published', plain),
        weighed('AwsCustomResource, without its SDK', 'published', sizeOf(AWS_CUSTOM_RESOURCE)),
        weighed(OURS, 'loaded for one server', loaded),
        weighed('a plain bundle', 'loaded for one server', plain),
        ...heavy.sort(([, one], [, other]) => other - one).map(([name, bytes]) => weighed(name, 'made of', bytes)),
        weighed(
          `${others.length} more packages`,
          'made of',
          others.reduce((sum, bytes) => sum + bytes, 0),
        ),
      ],
    };
  },
};

/** As scripts/bundle-function.mjs writes it. */
interface Bundle {
  readonly published: number;
  readonly loaded: number;
  readonly packages: Readonly<Record<string, number>>;
}

function weighed(name: string, group: string, bytes: number): Contestant {
  return { name, group, run: () => Promise.resolve({ bytes }) };
}

function sizeOf(directory: string): number {
  return fs.readdirSync(directory).reduce((sum, file) => sum + fs.statSync(path.join(directory, file)).size, 0);
}
