/*
 * `npm run emulator`: the embedded AWS alone, for the AWS CLI, the CDK CLI, and every program of an AWS SDK.
 *
 *   npm run emulator                             two source servers, a free port
 *   npm run emulator -- --port 4566              this port
 *   npm run emulator -- --servers 5              so many source servers
 *   npm run emulator -- --tag KEY=VALUE          their tags instead of the landing zone's, for another fleet to select; may be repeated
 *   npm run emulator -- --drill                  a drill was made of the last one; --recovery: it was recovered, as after a disaster
 *   npm run emulator -- --speed 1                as fast as the wall clock; an hour takes a minute unless told
 *
 * Standard output is the environment to export and nothing else, the rest goes to standard error. The keys in it are others at each start. Ends on Ctrl-C and on SIGTERM, and leaves nothing behind.
 */
import { parseArgs } from 'node:util';
import { EmbeddedAws } from '../emulator';
import { defaultAccountId, defaultRegion } from '../emulator/defaults';
import { Timeline } from '../scenarios/console';

interface Options {
  readonly port?: number;
  readonly servers: number;
  readonly tags: Record<string, string>;
  readonly recoveries: readonly { readonly isDrill: boolean }[];
  readonly speed: number;
}

/** DRS replicates no more of an account in one Region. */
const MOST_SERVERS = 300;
/** Faster, and Node's timers are too coarse for the seconds that a function counts. */
const HIGHEST_SPEED = 300;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      servers: { type: 'string', default: '2' },
      tag: { type: 'string', multiple: true, default: ['landing-zone=DisasterRecoveryLandingZone'] },
      drill: { type: 'boolean', default: false },
      recovery: { type: 'boolean', default: false },
      speed: { type: 'string', default: '60' },
    },
  });
  const servers = wholeNumber('servers', values.servers, 0, MOST_SERVERS);
  const recoveries = [...(values.drill ? [{ isDrill: true }] : []), ...(values.recovery ? [{ isDrill: false }] : [])];
  if (recoveries.length > 0 && servers === 0) {
    throw new Error('There is no source server to launch a recovery instance of: --servers must be 1 at least.');
  }
  return {
    ...(values.port !== undefined && { port: wholeNumber('port', values.port, 1, 65_535) }),
    servers,
    tags: Object.fromEntries(values.tag.map(readTag)),
    recoveries,
    speed: wholeNumber('speed', values.speed, 1, HIGHEST_SPEED),
  };
}

function wholeNumber(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw new Error(`--${option} is '${value}', but must be a whole number from ${least} to ${most}.`);
  }
  return number;
}

function readTag(tag: string): [key: string, value: string] {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(tag) ?? [];
  if (key === undefined || value === undefined) {
    throw new Error(`--tag is '${tag}', but must be KEY=VALUE.`);
  }
  return [key, value];
}

/** What agents, drills and disasters would have done by now. */
function seed(aws: EmbeddedAws, { servers, tags, recoveries }: Options) {
  const ids = Array.from({ length: servers }, (_, index) => {
    const number = String(index + 1);
    const server = { sourceServerID: `s-1a2b3c4d5e6f7${number.padStart(4, '0')}`, hostname: `server-${number.padStart(2, '0')}`, tags };
    return aws.drs.addSourceServer(server).sourceServerID!;
  });
  recoveries.forEach(({ isDrill }) => aws.drs.addRecoveryInstance({ sourceServerID: ids.at(-1)!, isDrill }));
}

/** The operator's own settings would lead elsewhere, or sign with somebody else's key. */
const UNWANTED = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'];

function environmentOf(aws: EmbeddedAws): string {
  const exports = Object.entries(aws.environment).map(([name, value]) => `export ${name}=${value}\n`);
  return `unset ${UNWANTED.join(' ')}\n${exports.join('')}`;
}

function introduce(aws: EmbeddedAws, timeline: Timeline, speed: number) {
  const pace = speed === 1 ? '' : `, where time runs ${speed} times faster`;
  timeline.title('the embedded AWS', `account ${defaultAccountId}, ${defaultRegion} unless a client asks for another Region${pace}`);
  timeline.say(`It serves ${aws.services.join(', ')}, as far as a landing zone needs them. What it is asked to do shows up below.`);
  timeline.servers('Source servers', aws.drs.sourceServers());
  timeline.recoveryInstances('Recovery instances', aws.drs.recoveryInstances());
  timeline.say('To work with it, copy this into another shell:\n');
  process.stdout.write(environmentOf(aws));
  timeline.say('Then type there:');
  timeline.command('npx cdk deploy');
  timeline.command('npx cdk destroy');
  timeline.say('Ctrl-C ends it.\n');
}

async function main() {
  const options = readOptions();
  const aws = await EmbeddedAws.start({ speed: options.speed }, options.port);
  const timeline = new Timeline(aws, process.stderr);
  // A terminal sends Ctrl-C to npm, too, which hands it on: it comes twice.
  let stopped: Promise<void> | undefined;
  const stop = () => void (stopped ??= aws.stop());
  process.on('SIGINT', stop).on('SIGTERM', stop);
  aws.cloudFormation.onEvent(({ type, status }) => {
    // Landing zones come before agents; here the servers have been there all the time.
    if (type === 'AWS::DRS::ReplicationConfigurationTemplate' && status === 'CREATE_COMPLETE') {
      aws.drs.applyDefaultSettings();
    }
  });
  aws.cloudFormation.onUnsupportedType((type) => timeline.say(`${type} is not modelled: it is accepted, and nothing comes of it.`));
  seed(aws, options);
  introduce(aws, timeline, options.speed);
}

main().catch((error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE' ? 'The port is in use: choose another one, or leave --port out for a free one.' : error.message,
  );
  process.exitCode = 1;
});
