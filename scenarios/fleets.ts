import { match, ok, strictEqual } from 'node:assert';
import type { Stack } from 'aws-cdk-lib';
import { FleetDisconnection, SourceServerSelection } from '../lib';
import type { Stage } from './runner';
import type { Scenario } from './scenario';
import { type Declare, landingZoneOf } from './stacks';

// Servers that nobody listed, and more of them than a person would.

const TAGS = { 'landing-zone': 'payments' };
const idOf = (index: number) => `s-1a2b3c4d5e6f7${String(index).padStart(4, '0')}`;

const fleetOf =
  (tags: Record<string, string> = TAGS): Declare =>
  (stack: Stack) =>
    void new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags(tags) });

/** Forty servers, of which every third or so carries the tags: twelve. */
function seedForty(stage: Stage): { ours: string[]; others: string[] } {
  const indices = Array.from({ length: 40 }, (_, index) => index + 1);
  const isOurs = (index: number) => index % 3 === 0 && index <= 36;
  stage.seed(
    ...indices.map((index) => ({
      sourceServerID: idOf(index),
      hostname: `${isOurs(index) ? 'payments' : 'other'}-${String(index).padStart(2, '0')}`,
      tags: isOurs(index) ? { ...TAGS, owner: 'someone' } : { owner: 'someone' },
    })),
  );
  return { ours: indices.filter(isOurs).map(idOf), others: indices.filter((index) => !isOurs(index)).map(idOf) };
}

const all = (ids: readonly string[], state: string) => Object.fromEntries(ids.map((id) => [id, state]));

export const fleet: Scenario = {
  name: 'fleet',
  summary: 'the stack comes before the agents: when it is deleted, the twelve of forty servers that carry its tags are disconnected',
  settings: { speed: 20 },
  async play(stage) {
    await stage.deploy(fleetOf());
    stage.timeline.say('Nothing matched yet. Now the agents are installed, on forty servers; twelve of them carry the tags of the fleet.');
    const { ours, others } = seedForty(stage);
    strictEqual(ours.length, 12);
    await stage.destroy();
    await stage.show('Deleted: those with the tags are disconnected, and of the others none; twenty of the forty', [
      ...ours,
      ...others.slice(0, 8),
    ]);
    await stage.expectStates({ ...all(ours, 'DISCONNECTED'), ...all(others, 'CONTINUOUS') });
  },
};

export const fleetPartial: Scenario = {
  name: 'fleet-partial',
  summary:
    'three servers of a fleet have a recovery instance: the others go, the deletion fails and names the three; resolved, it succeeds',
  settings: { speed: 20 },
  async play(stage) {
    const { ours, others } = seedForty(stage);
    await stage.deploy(fleetOf());
    const held = ours.slice(0, 3);
    const instances = held.map(
      (sourceServerID) => stage.aws.drs.addRecoveryInstance({ sourceServerID, isDrill: false }).recoveryInstanceID!,
    );
    stage.timeline.say(`Three servers were recovered: ${held.join(', ')}.`);
    await stage.destroy('DELETE_FAILED');
    const reason = stage.reason();
    match(reason, /^3 of 12 are left/);
    ok(held.every((id) => reason.includes(id)));
    await stage.expectStates({ ...all(ours, 'DISCONNECTED'), ...all(held, 'CONTINUOUS'), ...all(others, 'CONTINUOUS') });
    stage.timeline.say('The operator does what the reason says, for each of the three.');
    for (const id of instances) {
      await stage.runCommandOf(reason, new RegExp(`disconnect-recovery-instance --recovery-instance-id ${id} `));
    }
    await stage.destroy();
    await stage.show('Deleted', ours);
    await stage.expectStates({ ...all(ours, 'DISCONNECTED'), ...all(others, 'CONTINUOUS') });
  },
};

export const fleetSelection: Scenario = {
  name: 'fleet-selection',
  summary: 'the selection of a fleet changes: nobody is disconnected; deleting the stack then disconnects what is selected now',
  settings: { speed: 20 },
  async play(stage) {
    const { ours, others } = seedForty(stage);
    await stage.deploy(fleetOf());
    await stage.deploy(fleetOf({ 'landing-zone': 'payment' }), 'UPDATE_COMPLETE');
    await stage.show('A typo in a tag was deployed: every server replicates', ours);
    await stage.expectStates({ ...all(ours, 'CONTINUOUS'), ...all(others, 'CONTINUOUS') });
    await stage.deploy(fleetOf({ ...TAGS, owner: 'someone' }), 'UPDATE_COMPLETE');
    await stage.expectStates({ ...all(ours, 'CONTINUOUS'), ...all(others, 'CONTINUOUS') });
    await stage.destroy();
    await stage.expectStates({ ...all(ours, 'DISCONNECTED'), ...all(others, 'CONTINUOUS') });
  },
};

export const stack480: Scenario = {
  name: 'stack-480',
  summary: 'a stack of 480 single disconnections: one function, one role, and all servers go',
  settings: { speed: 20, functionConcurrency: 8 },
  async play(stage) {
    const ids = stage.seed(...Array.from({ length: 480 }, (_, index) => ({ sourceServerID: idOf(index + 1) })));
    await stage.deploy(landingZoneOf(...ids));
    await stage.destroy();
    await stage.expectStates(all(ids, 'DISCONNECTED'));
  },
};
