import { readFileSync } from 'node:fs';
import { addDisconnection, APP, DATABASE, TWO } from '../../scenarios/stacks';
import { FleetDisconnection, SourceServerSelection } from '../../lib';
import { onStage } from './with-emulator';
import { cdkDrs, environmentOf, plan } from './plan-command';

test("the README's sample is what the command prints", async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO, { sourceServerID: 's-1a2b3c4d5e6f70003', hostname: 'web-01', tags: { 'landing-zone': 'payments' } });
    const declare: Parameters<typeof stage.deploy>[0] = (stack) => {
      addDisconnection(stack, 'App', APP);
      addDisconnection(stack, 'Database', DATABASE);
      new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ 'landing-zone': 'payments' }) });
    };
    await stage.deploy(declare, 'CREATE_COMPLETE', { stackName: 'LandingZone' });
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true, ec2InstanceID: 'i-1234567890abcdef0' });
    const { stdout } = await cdkDrs(['plan', 'LandingZone'], environmentOf(stage));
    expect(readFileSync('README.md', 'utf8')).toContain(`$ npx --no cdk-drs plan LandingZone\n${stdout}`);
  });
});

test('every member of the JSON is in docs/plan.md', async () => {
  await onStage({}, async (stage) => {
    stage.seed(...TWO);
    await stage.deploy((stack) => addDisconnection(stack, 'Database', DATABASE));
    stage.aws.drs.addRecoveryInstance({ sourceServerID: DATABASE, isDrill: true });
    const documented = readFileSync('docs/plan.md', 'utf8');
    const names = namesIn(await plan(stage, 'DisasterRecoveryLandingZone'));
    expect([...names].filter((name) => !documented.includes(`"${name}"`))).toEqual([]);
    expect(names.size).toBeGreaterThan(20);
  });
});

function namesIn(value: unknown): Set<string> {
  if (typeof value !== 'object' || value === null) {
    return new Set();
  }
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return new Set([...own, ...Object.values(value).flatMap((item) => [...namesIn(item)])]);
}
