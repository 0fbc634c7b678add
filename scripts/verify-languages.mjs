// Uses the packed library as Python, Java, .NET and Go do: through jsii's own runtime, which all of them embed. It must make the template that TypeScript makes.
import { deepStrictEqual } from 'node:assert';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { manifestOf, root, temporaryFolder } from './elsewhere.mjs';
import './quiet-jsii.mjs';

const require = createRequire(import.meta.url);
const folder = temporaryFolder();

/** Returns the path of the tarball. */
function pack(...what) {
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, ...what], { cwd: root, encoding: 'utf8' });
  return path.join(folder, name.trim());
}

/** Loads a module after those that it needs. What has no .jsii is bundled. */
async function load(runtime, at, loaded = new Set()) {
  const { dependencies, peerDependencies, name, version } = manifestOf(at);
  if (loaded.has(name)) return;
  loaded.add(name);
  for (const other of Object.keys({ ...dependencies, ...peerDependencies }).map((needed) => path.join(root, 'node_modules', needed))) {
    if (existsSync(path.join(other, '.jsii'))) await load(runtime, other, loaded);
  }
  await runtime.ask({ api: 'load', name, version, tarball: pack(...(at === root ? [] : [`${name}@${version}`])) });
}

/** The other languages' side: a line of JSON each way. */
class Runtime {
  static async start() {
    execFileSync('tar', ['-xf', pack(`@jsii/runtime@${manifestOf(path.join(root, 'node_modules/jsii-pacmak')).version}`), '-C', folder]);
    const program = spawn(process.execPath, [path.join(folder, 'package/webpack/bin/jsii-runtime.js')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const runtime = new Runtime(program);
    await runtime.lines.next();
    return runtime;
  }

  constructor(program) {
    this.program = program;
    this.lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  }

  async ask(request) {
    this.program.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await this.lines.next();
    const { ok, error } = JSON.parse(value);
    if (error !== undefined) throw new Error(`${JSON.stringify(request)}: ${error}`);
    return ok;
  }

  create = (fqn, ...args) => this.ask({ api: 'create', fqn, args });
  get = async (objref, property) => (await this.ask({ api: 'get', objref, property })).value;
  invoke = async (objref, method, ...args) => (await this.ask({ api: 'invoke', objref, method, args })).result;
  invokeStatic = async (fqn, method, ...args) => (await this.ask({ api: 'sinvoke', fqn, method, args })).result;
}

/** A stack with one of everything. */
async function templateOfOthers() {
  const runtime = await Runtime.start();
  await load(runtime, root);
  const app = await runtime.create('aws-cdk-lib.App');
  const stack = await runtime.create('aws-cdk-lib.Stack', app, 'Stack');
  const vpc = await runtime.create('aws-cdk-lib.aws_ec2.Vpc', stack, 'Vpc');
  const stagingAreaDrain = await runtime.create('cdk-drs.StagingAreaDrain', stack, 'Drain', { vpc });
  const teardownFunction = await runtime.create('cdk-drs.TeardownFunction', stack, 'Function');
  await runtime.create('cdk-drs.SourceServerDisconnection', stack, 'Disconnection', {
    sourceServer: await runtime.invokeStatic('cdk-drs.SourceServer', 'fromSourceServerId', stack, 'Server', 's-1234567890abcdef0'),
    recoveryInstancePolicy: { '$jsii.enum': 'cdk-drs.RecoveryInstancePolicy/TERMINATE_DRILLS' },
    teardownFunction,
  });
  await runtime.create('cdk-drs.FleetDisconnection', stack, 'Fleet', {
    selection: await runtime.invokeStatic('cdk-drs.SourceServerSelection', 'withTags', { fleet: 'ours' }),
    stagingAreaDrain,
  });
  const assembly = await runtime.invoke(app, 'synth');
  const template = await runtime.get(await runtime.invoke(assembly, 'getStackByName', 'Stack'), 'template');
  runtime.program.stdin.end();
  return template;
}

function templateOfTypeScript() {
  const { App, Stack, aws_ec2: ec2 } = require('aws-cdk-lib');
  const drs = require('..');
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc');
  const stagingAreaDrain = new drs.StagingAreaDrain(stack, 'Drain', { vpc });
  const teardownFunction = new drs.TeardownFunction(stack, 'Function');
  new drs.SourceServerDisconnection(stack, 'Disconnection', {
    sourceServer: drs.SourceServer.fromSourceServerId(stack, 'Server', 's-1234567890abcdef0'),
    recoveryInstancePolicy: drs.RecoveryInstancePolicy.TERMINATE_DRILLS,
    teardownFunction,
  });
  new drs.FleetDisconnection(stack, 'Fleet', { selection: drs.SourceServerSelection.withTags({ fleet: 'ours' }), stagingAreaDrain });
  return app.synth().getStackByName('Stack').template;
}

const expected = templateOfTypeScript();
deepStrictEqual(await templateOfOthers(), expected);
console.log(`${Object.keys(expected.Resources).length} resources, the same as in TypeScript.`);
