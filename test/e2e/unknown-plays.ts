import { NestedStack, type Stack } from 'aws-cdk-lib';
import { type Scenario, scenarios } from '../../scenarios';
import type { Stage } from '../../scenarios/runner';
import {
  addDisconnection,
  addFailingSibling,
  APP,
  BOTH_REPLICATE,
  DATABASE,
  disconnectionOf,
  sourceServerArn,
  TWO,
  twoAndAFailingSibling,
} from '../../scenarios/stacks';
import { FleetDisconnection, RecoveryInstancePolicy, SourceServerSelection } from '../../lib';

// What is played where something of AWS is not known. Each throws where what is expected does not happen.

export type Play = Pick<Scenario, 'name' | 'settings' | 'play'>;

const { DISCONNECT, FAIL, TERMINATE_DRILLS } = RecoveryInstancePolicy;
const STACK = 'DisasterRecoveryLandingZone';
const OTHER_ACCOUNT = '444455556666';
const APP_DISCONNECTED = { [APP]: 'DISCONNECTED', [DATABASE]: 'CONTINUOUS' };
const APP_GONE = { [APP]: undefined, [DATABASE]: 'CONTINUOUS' };

export function scenario(name: string): Play {
  const found = scenarios.find((candidate) => candidate.name === name);
  if (!found) {
    throw new Error(`There is no scenario ${name}.`);
  }
  return found;
}

/** An extended server can't be declared without deleteSourceServer. This one became so later, so that its deletion asks for a disconnect. */
export const disconnectOfExtended: Play = {
  name: 'the deletion of an extended server fails, tried again as well, until its record is deleted by hand',
  async play(stage) {
    const stagingAccount = stage.ofAccount(OTHER_ACCOUNT);
    stagingAccount.seed({ sourceServerID: DATABASE });
    stage.seed({ sourceServerID: APP });
    await stage.deploy(disconnectionOf(APP));
    await stage.operator.disconnect(APP);
    await stage.operator.deleteRecord(APP);
    stage.seed({ sourceServerID: APP, extendedFrom: sourceServerArn(DATABASE, undefined, OTHER_ACCOUNT) });
    await stage.destroy('DELETE_FAILED');
    await stage.destroy('DELETE_FAILED');
    expect(stage.reason()).toMatch(/extended from account 444455556666/);
    await stage.runCommandOf(stage.reason(), /delete-source-server/);
    await stage.runCommandOf(stage.reason(), /delete-stack --stack-name \S+ --region/);
    await stagingAccount.expectStates({ [DATABASE]: 'CONTINUOUS' });
  },
};

/** The server is gone, and another account has its ID by now: only "not found" says that there is nothing to disconnect. */
export function serverOfAnotherAccount(expected: 'DELETE_COMPLETE' | 'DELETE_FAILED', reason: RegExp): Play {
  return {
    name: `a server of another account, ${expected}`,
    async play(stage) {
      stage.seed(...TWO);
      await stage.deploy(disconnectionOf(APP));
      await stage.operator.disconnect(APP);
      await stage.operator.deleteRecord(APP);
      const other = stage.ofAccount(OTHER_ACCOUNT);
      other.seed({ sourceServerID: APP });
      await stage.destroy(expected);
      expect(stage.reason()).toMatch(reason);
      expect(stage.changes()).toEqual([]);
      await other.expectStates({ [APP]: 'CONTINUOUS' });
    },
  };
}

/** A create failed, and was not rolled back: what it had declared until then was never complete. */
export const failedCreateIsLeft: Play = {
  name: 'a create that failed is left, then deleted: nobody is disconnected',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(twoAndAFailingSibling, 'CREATE_FAILED', { onFailure: 'DO_NOTHING' });
    await stage.destroy();
    await stage.expectStates(BOTH_REPLICATE);
    expect(stage.changes()).toEqual([]);
  },
};

export const expressMode: Play = {
  name: 'in express mode a create that fails is left and nobody is disconnected; one that succeeds is deleted, and its server is disconnected',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(twoAndAFailingSibling, 'CREATE_FAILED', { express: true });
    await stage.destroy();
    expect(stage.changes()).toEqual([]);
    await stage.deploy(disconnectionOf(APP), 'CREATE_COMPLETE', { express: true });
    await stage.destroy();
    await stage.expectStates(APP_DISCONNECTED);
  },
};

export const functionIsPending: Play = {
  name: 'a create in express mode fails, since its function is pending: nobody is disconnected; deployed again, its server is',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP), 'CREATE_FAILED', { express: true });
    await stage.destroy();
    expect(stage.changes()).toEqual([]);
    await stage.deploy(disconnectionOf(APP));
    await stage.destroy();
    await stage.expectStates(APP_DISCONNECTED);
  },
};

const OTHER_STACK = 'Other';
const MOVED = 'Moved';
/** A contract, which deployed stacks hold. */
const FUNCTION = 'DRSTeardownFunction243CB178';

/** Two stacks stand, and the disconnection of one is moved into the other by a stack refactoring. Returns what moves it back. */
async function moveAway(stage: Stage): Promise<() => void> {
  stage.seed(...TWO);
  await stage.deploy(disconnectionOf(APP));
  await stage.deploy(disconnectionOf(DATABASE), 'CREATE_COMPLETE', { stackName: OTHER_STACK });
  const { LogicalResourceId: logicalId, ResourceProperties } = stage.aws.cloudFormation.customResourceRequests[0].event;
  const [before, other] = [await stage.operator.templateOf(STACK), await stage.operator.templateOf(OTHER_STACK)];
  const { [logicalId]: declaration, ...others } = before.Resources;
  // Of what it referred to, the template of the other stack has the values.
  const moved = { ...declaration, DependsOn: [], Properties: ResourceProperties };
  const side = (stackName: string, name: string, template: object) => ({
    stackName,
    logicalId: name,
    templateBody: JSON.stringify(template),
  });
  stage.aws.cloudFormation.refactor(
    side(STACK, logicalId, { ...before, Resources: others }),
    side(OTHER_STACK, MOVED, { ...other, Resources: { ...other.Resources, [MOVED]: moved } }),
  );
  return () => stage.aws.cloudFormation.refactor(side(OTHER_STACK, MOVED, other), side(STACK, logicalId, before));
}

/** It is refused, whatever its stack does, and the stack goes without it. */
export const movedAway: Play = {
  name: 'a disconnection that was moved away from its function: the deletion fails, and says how it goes by hand',
  async play(stage) {
    await moveAway(stage);
    await stage.destroy('DELETE_FAILED', OTHER_STACK);
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
    const reason = stage.reason();
    await stage.runCommandOf(reason, /disconnect-source-server/);
    await stage.runCommandOf(reason, /delete-stack .*--retain-resources/);
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
    expect(await stage.operator.statusOf(OTHER_STACK)).toBeUndefined();
  },
};

/** What a refactoring has made of a stack counts as complete. */
export const movedBack: Play = {
  name: 'a disconnection that was moved back: the other stack leaves its server alone, its own one disconnects it',
  async play(stage) {
    const moveBack = await moveAway(stage);
    moveBack();
    await stage.destroy('DELETE_COMPLETE', OTHER_STACK);
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
  },
};

/** So a disconnection never moves together with its function. */
export const functionMoves: Play = {
  name: 'the function of a disconnection can not be moved, and nothing happens to its server',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    await stage.deploy(disconnectionOf(DATABASE), 'CREATE_COMPLETE', { stackName: OTHER_STACK });
    const [template, other] = [await stage.operator.templateOf(STACK), await stage.operator.templateOf(OTHER_STACK)];
    const side = (stackName: string, body: object) => ({ stackName, logicalId: FUNCTION, templateBody: JSON.stringify(body) });
    expect(() => stage.aws.cloudFormation.refactor(side(STACK, template), side(OTHER_STACK, other))).toThrow(/AWS::StackId/);
    await stage.destroy();
    await stage.expectStates(APP_DISCONNECTED);
  },
};

export const moveIsRefused: Play = {
  name: 'a disconnection can not be moved, and nothing happens to its server',
  async play(stage) {
    await expect(moveAway(stage)).rejects.toThrow(/not supported for the resource type Custom::/);
    await stage.destroy('DELETE_COMPLETE', OTHER_STACK);
    await stage.expectStates({ [APP]: 'CONTINUOUS', [DATABASE]: 'DISCONNECTED' });
  },
};

export const otherSelection: Play = {
  name: 'a fleet gets another selection: nobody is disconnected',
  async play(stage) {
    const fleetOf = (landingZone: string) => (stack: Stack) =>
      void new FleetDisconnection(stack, 'Fleet', { selection: SourceServerSelection.withTags({ 'landing-zone': landingZone }) });
    stage.seed(...TWO.map((server) => ({ ...server, tags: { 'landing-zone': 'old' } })));
    await stage.deploy(fleetOf('old'));
    await stage.deploy(fleetOf('new'), 'UPDATE_COMPLETE');
    await stage.expectStates(BOTH_REPLICATE);
    expect(stage.failedDeletions()).toEqual([]);
  },
};

/** Of the events of a stack that was created a year ago only those of its deletion are left. */
export const ofOldStack: Play = {
  name: 'a stack of last year is deleted: its server is disconnected',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    stage.aws.cloudFormation.age(STACK, 365 * 86_400_000);
    await stage.destroy();
    await stage.expectStates(APP_DISCONNECTED);
  },
};

/** A nested stack drops a server; a sibling of it may fail then. */
function dropInNestedStack(outcome: 'UPDATE_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE'): Play['play'] {
  return async (stage) => {
    const declare = (dropped: boolean) => (stack: Stack) => {
      const site = new NestedStack(stack, 'Site');
      addDisconnection(site, 'Database', DATABASE);
      if (!dropped) {
        addDisconnection(site, 'App', APP);
      } else if (outcome === 'UPDATE_ROLLBACK_COMPLETE') {
        addFailingSibling(stack, { after: [site], seconds: 60 });
      }
    };
    stage.seed(...TWO);
    await stage.deploy(declare(false));
    await stage.deploy(declare(true), outcome);
    await stage.expectStates(outcome === 'UPDATE_COMPLETE' ? APP_DISCONNECTED : BOTH_REPLICATE);
    await stage.destroy();
    await stage.expectStates({ [APP]: 'DISCONNECTED', [DATABASE]: 'DISCONNECTED' });
  };
}

export const nestedCleanUp: Play = {
  name: 'a nested stack drops a server: it is disconnected',
  play: dropInNestedStack('UPDATE_COMPLETE'),
};
export const failingSibling: Play = {
  name: 'a nested stack drops a server, and a sibling fails: nobody is disconnected',
  play: dropInNestedStack('UPDATE_ROLLBACK_COMPLETE'),
};

export const conflictOutlastsTheDeletion: Play = {
  name: 'under DISCONNECT the deletion fails, and succeeds when it is tried again',
  async play(stage) {
    await deployWith(stage, DISCONNECT, false);
    await stage.destroy('DELETE_FAILED');
    expect(stage.reason()).toMatch(/was not disconnected/);
    await stage.expectStates(BOTH_REPLICATE);
    await stage.destroy();
    await stage.expectStates(APP_DISCONNECTED);
  },
};

/** CloudFormation has deleted the function of a disconnection that failed: nobody can answer for it any more, and what is left is done by hand. */
export const functionIsGone: Play = {
  name: 'the server is disconnected by hand, and the stack is deleted with --retain-resources',
  async play(stage) {
    await deployWith(stage, FAIL, true);
    await stage.destroy('DELETE_FAILED');
    const reason = stage.reason();
    await stage.expectStates(BOTH_REPLICATE);
    await stage.runCommandOf(reason, /disconnect-recovery-instance/);
    await stage.operator.disconnect(APP);
    await stage.runCommandOf(reason, /delete-stack .*--retain-resources/);
    await stage.expectStates(APP_DISCONNECTED);
    expect(await stage.operator.statusOf(STACK)).toBeUndefined();
  },
};

export const recordIsDeleted: Play = {
  name: 'the record is deleted',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP, { deleteSourceServer: true }));
    await stage.destroy();
    await stage.expectStates(APP_GONE);
  },
};

export const recordOfDisconnected: Play = {
  name: 'the record of a server that was disconnected by hand is deleted',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP, { deleteSourceServer: true }));
    await stage.operator.disconnect(APP);
    await stage.destroy();
    await stage.expectStates(APP_GONE);
  },
};

export const recordGoesAlong: Play = {
  name: 'the server is gone, and its deletion succeeds',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP));
    await stage.destroy();
    await stage.expectStates(APP_GONE);
  },
};

export const lastServerGoesAlong: Play = {
  name: 'the last server is gone, with deleteSourceServer: its deletion succeeds',
  async play(stage) {
    stage.seed({ sourceServerID: APP });
    await stage.deploy(disconnectionOf(APP, { deleteSourceServer: true }));
    await stage.destroy();
    expect(stage.aws.drs.sourceServers()).toEqual([]);
  },
};

export const recordOutlastsTheDeletion: Play = {
  name: 'the server is disconnected, the deletion fails, and deleting again deletes the record',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP, { deleteSourceServer: true }));
    await stage.destroy('DELETE_FAILED');
    expect(stage.reason()).toMatch(/was disconnected, but its record was not deleted\. DRS answered: ConflictException/);
    await stage.expectStates(APP_DISCONNECTED);
    await stage.destroy();
    await stage.expectStates(APP_GONE);
  },
};

export function drillStays(reason: RegExp): Play {
  return {
    name: 'the deletion fails, and names the job',
    settings: { speed: 120 },
    async play(stage) {
      await deployWith(stage, TERMINATE_DRILLS, true);
      await stage.destroy('DELETE_FAILED');
      expect(stage.reason()).toMatch(reason);
      expect(stage.reason()).toMatch(/look at it with `aws drs describe-jobs --filters jobIDs=drsjob-/);
      expect(stage.changes()).toEqual(['TerminateRecoveryInstances']);
      await stage.expectStates(BOTH_REPLICATE);
    },
  };
}

/** The machine of a recovery instance was terminated by hand: DRS's record of it is in nobody's way, unless it holds the server. */
export function machineIsGone(policy: RecoveryInstancePolicy, expected: 'DELETE_COMPLETE' | 'DELETE_FAILED', ends: boolean): Play {
  return {
    name: `its machine is gone, under ${policy}: ${expected}`,
    settings: ends || expected === 'DELETE_FAILED' ? { terminatedInstances: 'holding', speed: 120 } : {},
    async play(stage) {
      stage.seed(...TWO);
      await stage.deploy(disconnectionOf(APP, { recoveryInstancePolicy: policy }));
      const { recoveryInstanceID = '' } = stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, isDrill: true });
      await stage.operator.terminateInstance(recoveryInstanceID);
      await stage.until('the machine is gone', () =>
        stage.aws.drs.recoveryInstances().every(({ ec2InstanceState }) => ec2InstanceState !== 'RUNNING'),
      );
      await stage.destroy(expected);
      expect(stage.changes()).toEqual([
        ...(ends ? ['DisconnectRecoveryInstance'] : []),
        ...(expected === 'DELETE_FAILED' ? [] : ['DisconnectSourceServer']),
      ]);
      if (expected === 'DELETE_FAILED') {
        expect(stage.reason()).toMatch(/its machine is gone|finds no machine/);
        await stage.runCommandOf(stage.reason(), /disconnect-recovery-instance/);
        await stage.runCommandOf(stage.reason(), /delete-stack --stack-name \S+ --region/);
      }
      await stage.expectStates(APP_DISCONNECTED);
    },
  };
}

/** A server moves to another Region, and the grant of the old Region is removed by the same update. */
export function movesToAnotherRegion(disconnects: boolean): Play {
  return {
    name: disconnects
      ? 'a server that moves away is disconnected'
      : 'a server that moves away is left, and the deletion says so three times',
    async play(stage) {
      stage.seed({ sourceServerID: APP }, { sourceServerID: DATABASE, region: 'us-west-2' });
      await stage.deploy(disconnectionOf(APP));
      await stage.deploy(disconnectionOf(sourceServerArn(DATABASE, 'us-west-2')), 'UPDATE_COMPLETE');
      expect(stage.failedDeletions()).toHaveLength(disconnects ? 0 : 3);
      await stage.expectStates(disconnects ? APP_DISCONNECTED : BOTH_REPLICATE);
      if (!disconnects) {
        expect(stage.reason()).toMatch(/may not call drs:DisconnectSourceServer\. Grant it to the function's role/);
        await stage.runCommandOf(stage.reason(), /disconnect-source-server/);
        await stage.expectStates(APP_DISCONNECTED);
      }
    },
  };
}

export const creationIsDenied: Play = {
  name: 'longer than the function waits: the creation fails and says what to grant, and nobody is disconnected',
  async play(stage) {
    stage.seed(...TWO);
    await stage.deploy(disconnectionOf(APP), 'ROLLBACK_COMPLETE');
    expect(stage.reason()).toMatch(/may not call drs:DescribeSourceServers\. Grant it to the function's role/);
    await stage.expectStates(BOTH_REPLICATE);
  },
};

/** Deploys the disconnection of a server that has a recovery instance then. */
async function deployWith(stage: Stage, recoveryInstancePolicy: RecoveryInstancePolicy, isDrill: boolean) {
  stage.seed(...TWO);
  await stage.deploy(disconnectionOf(APP, { recoveryInstancePolicy }));
  stage.aws.drs.addRecoveryInstance({ sourceServerID: APP, isDrill });
}
