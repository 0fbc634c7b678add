import { SOURCE_SERVER_DISCONNECTION } from '../../lib/contract';
import { messageOf } from '../../lambda/aws/errors';
import { refuseOtherAccount } from '../../lambda/source-server/account';
import { type Options, readOptions } from '../../lambda/source-server/options';
import { type NamedServer, parseSourceServerArn } from '../../lambda/source-server/source-server';
import type { DrsAt } from '../aws/drs';
import type { Declaration, Fate } from '../operation/planned-change';
import type { Estate } from '../aws/clients';
import { FORGOTTEN, identityOf, judge, NEVER_CREATED, stops, untold } from './outcome';
import type { Judgement, PlannedDisconnection, PlannedServer } from './plan-json';
import { type Described, judgeServer, planServer } from './source-server';

/** What becomes of the source server of a single disconnection. Its physical ID alone says which one that is. */
export async function planDisconnection(declaration: Declaration, estate: Estate): Promise<PlannedDisconnection> {
  const named = parseSourceServerArn(declaration.resource.physicalId);
  const sourceServer = named && (await planNamed(declaration, named, estate));
  const { verdict, reason, commands }: Judgement = sourceServer ?? judge('keep', NEVER_CREATED);
  return { resourceType: SOURCE_SERVER_DISCONNECTION, ...identityOf(declaration), verdict, reason, commands, sourceServer };
}

async function planNamed({ stack, fate, read }: Declaration, named: NamedServer, estate: Estate): Promise<PlannedServer> {
  let options: Options | undefined;
  let described: Described = { instances: [] };
  let foreseen: Judgement;
  try {
    options = readOptions(read((name) => name !== 'SourceServerArn'));
    const refusal = refusalOf(() => refuseOtherAccount(stack.identity, named, options!));
    described = refusal ? described : await describe(named, await estate.drs(stack.identity, named.region, options.assumeRoleArn));
    foreseen = refusal ?? judgeServer(named, described, options);
  } catch (error) {
    foreseen = untold(error);
  }
  return planServer(named, described, byFate(fate, foreseen, named), options);
}

function refusalOf(check: () => void): Judgement | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return judge('blocked', messageOf(error));
  }
}

async function describe({ sourceServerId }: NamedServer, drs: DrsAt): Promise<Described> {
  const server = await drs.sourceServer(sourceServerId);
  return { server, instances: server ? await drs.recoveryInstancesOf(sourceServerId) : [] };
}

function byFate(fate: Fate, foreseen: Judgement, { sourceServerId, region }: NamedServer): Judgement {
  const { verdict, reason } = foreseen;
  if (fate.isRefusable && stops(foreseen)) {
    return judge(verdict, `The update asks for another server, and is refused while this one can't be disconnected. ${reason}`);
  }
  if (fate.kind === 'kept' || fate.kind === 'unknown') {
    return judge(fate.kind === 'kept' ? 'keep' : 'unknown', fate.why);
  }
  if (fate.kind === 'cleaned up' && verdict === 'blocked') {
    const command = `\`aws drs disconnect-source-server --source-server-id ${sourceServerId} --region ${region}\``;
    return judge(verdict, `${reason} ${FORGOTTEN} Finish it by hand then, with ${command}.`);
  }
  return foreseen;
}
