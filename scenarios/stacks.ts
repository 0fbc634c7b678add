import { CfnWaitCondition, CfnWaitConditionHandle, type Stack } from 'aws-cdk-lib';
import type { IDependable } from 'constructs';
import { defaultAccountId, defaultRegion } from '../emulator/defaults';
import { SourceServer, SourceServerDisconnection, type SourceServerDisconnectionProps } from '../lib';

// What the scenarios deploy: the source servers, and the stacks that declare them.

export const [APP, DATABASE, STANDBY] = ['s-1a2b3c4d5e6f70001', 's-1a2b3c4d5e6f70002', 's-1a2b3c4d5e6f70003'] as const;
export const TWO = [
  { sourceServerID: APP, hostname: 'app-01' },
  { sourceServerID: DATABASE, hostname: 'database-01' },
];
export const BOTH_REPLICATE = { [APP]: 'CONTINUOUS', [DATABASE]: 'CONTINUOUS' };

export type Declare = (stack: Stack) => void;

export type DisconnectionOptions = Omit<SourceServerDisconnectionProps, 'sourceServer'>;

/** The server is given by its ID, or by its ARN if it is elsewhere. */
export function addDisconnection(stack: Stack, id: string, server: string, options: DisconnectionOptions = {}) {
  const from = server.startsWith('arn:') ? 'fromSourceServerArn' : 'fromSourceServerId';
  return new SourceServerDisconnection(stack, id, { sourceServer: SourceServer[from](stack, `${id}Server`, server), ...options });
}

export function sourceServerArn(sourceServerId: string, region = defaultRegion, accountId = defaultAccountId): string {
  return `arn:aws:drs:${region}:${accountId}:source-server/${sourceServerId}`;
}

/** The disconnections of the landing zone in bin/landing-zone.ts, without its network. */
export function landingZoneOf(...sourceServerIds: string[]): Declare {
  return (stack) => sourceServerIds.forEach((id) => addDisconnection(stack, `Disconnection-${id}`, id));
}

/** A stack of one disconnection whose server can change, unlike in the landing zone, where each server has a construct of its own. */
export function disconnectionOf(server: string, options: DisconnectionOptions = {}): Declare {
  return (stack) => void addDisconnection(stack, 'Disconnection', server, options);
}

/** A resource that can't be created, since nobody gives the signal that it waits for. */
export function addFailingSibling(stack: Stack, { after, seconds = 5 }: { after: IDependable[]; seconds?: number }) {
  const handle = new CfnWaitConditionHandle(stack, 'SmokeTestSignal');
  const smokeTest = new CfnWaitCondition(stack, 'SmokeTest', { handle: handle.ref, timeout: String(seconds) });
  smokeTest.node.addDependency(...after);
}

/** Both servers are declared successfully, then the deployment fails. */
export function twoAndAFailingSibling(stack: Stack) {
  addFailingSibling(stack, { after: [addDisconnection(stack, 'App', APP), addDisconnection(stack, 'Database', DATABASE)] });
}
