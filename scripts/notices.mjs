// Writes THIRD-PARTY-NOTICES and sbom.cdx.json, of the packages that `node scripts/build.mjs` has bundled: `npm run notices`.
// With --check it writes nothing, and fails if they are not as they should be. Both say the same whenever and wherever they are made.
import { readFileSync, writeFileSync } from 'node:fs';
import { packageIn } from './bundled-packages.mjs';

/** Where the code of packages is, in the published package, and what the build says of it. */
const PARTS = { 'bundle/': '.build/bundle.json', 'dist-cli/': '.build/command-line.json' };
/** For packages that name a licence, and leave its text out. */
const STANDARD_TEXTS = { 'Apache-2.0': readFileSync('LICENSE', 'utf8') };

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const ours = readJson('package.json');
const locked = readJson('package-lock.json').packages;

const parts = Object.entries(PARTS).map(([part, file]) => [part, readJson(file).folders]);
const folders = [...new Set(parts.flatMap(([, of]) => of))];
const packages = folders
  .map((folder) => ({
    ...packageIn(folder, STANDARD_TEXTS),
    integrity: locked[folder]?.integrity,
    parts: parts.filter(([, of]) => of.includes(folder)).map(([part]) => part),
  }))
  .sort((one, other) => compare(titleOf(one), titleOf(other)));

const files = {
  'THIRD-PARTY-NOTICES': notices(),
  'sbom.cdx.json': `${JSON.stringify(sbom(), undefined, 2)}\n`,
};
for (const [file, content] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(file, content);
  else if (contentOf(file) !== content) {
    console.error(`${file} doesn't name what is bundled: \`npm run notices\` makes it anew.`);
    process.exitCode = 1;
  }
}
console.log(`${packages.length} packages are bundled.`);

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function titleOf({ name, version }) {
  return `${name} ${version}`;
}

/** By code units, whatever the language of the machine. */
function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}

/** Each text once, under the packages that it is of. */
function notices() {
  const byText = new Map();
  for (const one of packages) {
    const text = one.texts.join('\n\n');
    byText.set(text, [...(byText.get(text) ?? []), one]);
  }
  const sections = Array.from(byText, ([text, of]) => {
    const titles = of.map((one) => `${titleOf(one)} (${one.license}), in ${one.parts.join(' and ')}`);
    return `${'='.repeat(80)}\n${titles.join('\n')}\n${'-'.repeat(80)}\n${text}\n`;
  });
  const intro = `The package ${ours.name} holds code of the packages below, each under its own licence: in bundle/, the code of the teardown function, and in dist-cli/, the command line.\n`;
  return [intro, ...sections].join('\n');
}

/** A software bill of materials in the format of CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/. Without time and serial number, which would differ each time. */
function sbom() {
  const root = purlOf(ours);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'library', 'bom-ref': root, ...described(ours) } },
    components: packages.map((one) => ({
      type: 'library',
      'bom-ref': purlOf(one),
      ...described(one),
      ...(one.integrity && { hashes: [hashOf(one.integrity)] }),
      properties: one.parts.map((part) => ({ name: 'cdk-drs:bundled-in', value: part })),
    })),
    dependencies: [{ ref: root, dependsOn: packages.map(purlOf) }],
  };
}

function described({ name, version, license }) {
  const isOne = /^[\w.+-]+$/.test(license);
  return { name, version, licenses: [isOne ? { license: { id: license } } : { expression: license }], purl: purlOf({ name, version }) };
}

/** https://github.com/package-url/purl-spec: of an npm scope, the @ is escaped. */
function purlOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** Of the package's tarball, as in package-lock.json. */
function hashOf(integrity) {
  const [, content] = /^sha512-(.+)$/.exec(integrity);
  return { alg: 'SHA-512', content: Buffer.from(content, 'base64').toString('hex') };
}
