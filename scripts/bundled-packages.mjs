// Which packages' code is in what is published, as esbuild tells, and what each of them says of itself.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folders of the packages of which code is left in the outputs of a build, from its metafile. */
export function foldersIn(outputs) {
  const inputs = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const folders = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([input]) => folderOf(input));
  return [...new Set(folders)].filter(Boolean).sort();
}

/** Of a package inside of another one, the inner one's. */
function folderOf(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

/**
 * What a package says of itself.
 *
 * @throws Error if it names no licence, or one whose text it doesn't have and that isn't among the standard texts
 */
export function packageIn(folder, standardTexts) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string' || license === '' || license === 'UNLICENSED' || license.startsWith('SEE ')) {
    throw new Error(`${name} ${version} names no licence in its package.json: what has none must not be bundled.`);
  }
  const files = readdirSync(folder).sort();
  const textsOf = (names) => files.filter((file) => names.test(file)).map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const licenses = textsOf(/^(licen[cs]e|copying)/i);
  if (licenses.length === 0 && standardTexts[license] === undefined) {
    throw new Error(`${name} ${version} has no file with its licence (${license}), and scripts/notices.mjs has no standard text of it.`);
  }
  const texts = licenses.length > 0 ? licenses : [standardTexts[license]];
  return { name, version, license, texts: [...texts, ...textsOf(/^notice/i)].map(tidied) };
}

/** Independent of the editor that saved it. */
function tidied(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  return lines.join('\n').replace(/^\n+|\n+$/g, '');
}
