// Does an advisory name a version that is bundled? `npm run advisories`, every night. What is bundled are development dependencies of ours:
// whoever installs the package is told nothing. Asks the registry for all of package-lock.json, and looks at what sbom.cdx.json names.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Advisories that don't hold for what we do, and why. */
const ACCEPTED = {
  'GHSA-6475-r3vj-m8vf':
    "the SDK takes any text for a Region. The function's own is in the ARN that Lambda tells it. " +
    'Every other one, of source servers, fleets, and --region, AWS_REGION or the profile of `cdk-drs plan`, has the form of one before a client is made',
};

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** What `npm audit` says, or why it says nothing. */
function audit() {
  const { stdout, error } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (error) return { problem: error.message };
  try {
    const { vulnerabilities, message } = JSON.parse(stdout);
    return vulnerabilities ? { vulnerabilities } : { problem: message ?? 'npm audit tells of no vulnerabilities, not even none' };
  } catch {
    return { problem: 'npm audit has not answered in JSON' };
  }
}

/** A line for each advisory of a bundled version; what is reached through another package is told of that one. */
function findings(vulnerabilities) {
  const bundled = readJson('sbom.cdx.json').components.map(({ name, version }) => `${name} ${version}`);
  const locked = readJson('package-lock.json').packages;
  return Object.entries(vulnerabilities).flatMap(([name, { nodes, via }]) => {
    const found = [...new Set(nodes.map((node) => `${name} ${locked[node]?.version}`))].filter((one) => bundled.includes(one));
    const advisories = via.filter((one) => typeof one === 'object');
    return found.flatMap((one) =>
      advisories.map(({ title, severity, url }) => ({ id: url.split('/').at(-1), line: `${one}: ${title} (${severity}), ${url}` })),
    );
  });
}

const { vulnerabilities, problem } = audit();
if (problem !== undefined) {
  console.log(`Not checked, since the registry tells of no advisories: ${problem}`);
} else {
  const all = findings(vulnerabilities);
  const open = all.filter(({ id }) => ACCEPTED[id] === undefined);
  for (const { id, line } of all) console[ACCEPTED[id] ? 'log' : 'error'](ACCEPTED[id] ? `Accepted: ${line}: ${ACCEPTED[id]}.` : line);
  console.log(`${open.length} advisories name a version that is bundled.`);
  process.exitCode = open.length > 0 ? 1 : 0;
}
