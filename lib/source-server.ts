import { ArnFormat, type IResource, Resource, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { SOURCE_SERVER_ID } from './contract';
import { withoutTokens } from './private/validation';

/**
 * A source server of AWS Elastic Disaster Recovery (DRS): a machine whose agent replicates it into a staging area.
 *
 * Agents create source servers; CloudFormation and the CDK can't. So a source server is always imported.
 *
 * @see https://docs.aws.amazon.com/drs/latest/userguide/source-servers.html
 */
export interface ISourceServer extends IResource {
  /**
   * The ID of the source server, such as `s-1234567890abcdef0`.
   *
   * @attribute
   */
  readonly sourceServerId: string;

  /**
   * The ARN of the source server. It names the account and the Region that the server replicates to.
   *
   * @attribute
   */
  readonly sourceServerArn: string;

  /**
   * A metric that DRS publishes about the source server, in the server's account and Region.
   *
   * @param metricName its name in the namespace `AWS/DRS`
   * @param props how it is to be seen
   * @default - the average over five minutes
   * @see https://docs.aws.amazon.com/drs/latest/userguide/monitoring-cloudwatch.html
   */
  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How far the replicated data is behind the source server, in seconds.
   *
   * @param props how it is to be seen
   * @default - the maximum over five minutes
   */
  metricLagDuration(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How much data is yet to be replicated, in bytes.
   *
   * @param props how it is to be seen
   * @default - the maximum over five minutes
   */
  metricBacklog(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How long the source server has been replicating, in seconds.
   *
   * @param props how it is to be seen
   * @default - the maximum over five minutes
   */
  metricElapsedReplicationDuration(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How long ago a drill or a recovery of the source server was last launched successfully, in seconds.
   *
   * @param props how it is to be seen
   * @default - the maximum over five minutes
   */
  metricDurationSinceLastSuccessfulRecoveryLaunch(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * A source server of AWS Elastic Disaster Recovery (DRS).
 *
 * @see https://docs.aws.amazon.com/drs/latest/userguide/source-servers.html
 */
export class SourceServer extends Resource implements ISourceServer {
  /**
   * References a source server that replicates to the account and the Region of the stack.
   *
   * @param scope the construct that the reference belongs to
   * @param id the construct's ID
   * @param sourceServerId the ID of the source server: `s-` and 17 letters or digits. A token is checked when it is deployed.
   * @throws if a concrete ID is malformed
   */
  public static fromSourceServerId(scope: Construct, id: string, sourceServerId: string): ISourceServer {
    if (!Token.isUnresolved(sourceServerId) && !SOURCE_SERVER_ID.test(sourceServerId)) {
      const hint = sourceServerId.startsWith('arn:') ? ' (for an ARN, use SourceServer.fromSourceServerArn)' : '';
      const expected = "the ID of a source server, which is 's-' and 17 letters or digits, such as s-1234567890abcdef0";
      throw malformed(scope, id, sourceServerId, expected + hint);
    }
    return new SourceServer(scope, id, sourceServerId, formatSourceServerArn(scope, sourceServerId));
  }

  /**
   * References a source server by its ARN, which may name another Region than the stack's.
   *
   * @param scope the construct that the reference belongs to
   * @param id the construct's ID
   * @param sourceServerArn the ARN: `arn:PARTITION:drs:REGION:ACCOUNT:source-server/ID`. A token is checked when it is deployed.
   * @throws if a concrete ARN is malformed, or is the ARN of something else
   */
  public static fromSourceServerArn(scope: Construct, id: string, sourceServerArn: string): ISourceServer {
    return new SourceServer(scope, id, sourceServerIdOf(scope, id, sourceServerArn), sourceServerArn);
  }

  public readonly sourceServerId: string;
  public readonly sourceServerArn: string;

  private constructor(scope: Construct, id: string, sourceServerId: string, sourceServerArn: string) {
    super(scope, id, { environmentFromArn: sourceServerArn });
    this.sourceServerId = sourceServerId;
    this.sourceServerArn = sourceServerArn;
  }

  public metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const known = (name: string) => (Token.isUnresolved(name) ? undefined : name);
    return new cloudwatch.Metric({
      namespace: 'AWS/DRS',
      metricName,
      dimensionsMap: { SourceServerID: this.sourceServerId },
      account: known(this.env.account),
      region: known(this.env.region),
      ...props,
    });
  }

  public metricLagDuration(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('LagDuration', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  public metricBacklog(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('Backlog', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  public metricElapsedReplicationDuration(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ElapsedReplicationDuration', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }

  public metricDurationSinceLastSuccessfulRecoveryLaunch(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('DurationSinceLastSuccessfulRecoveryLaunch', { statistic: cloudwatch.Stats.MAXIMUM, ...props });
  }
}

function formatSourceServerArn(scope: Construct, sourceServerId: string): string {
  return Stack.of(scope).formatArn({ service: 'drs', resource: 'source-server', resourceName: sourceServerId });
}

/** Checks what is concrete of an ARN; the rest is known when it is deployed. */
function sourceServerIdOf(scope: Construct, id: string, arn: string): string {
  if (Token.isUnresolved(arn) && !arn.startsWith('arn:')) {
    return Stack.of(scope).splitArn(arn, ArnFormat.SLASH_RESOURCE_NAME).resourceName!;
  }
  const forms = [/^arn$/, /^aws[a-z-]*$/, /^drs$/, /^[a-z0-9-]+$/, /^\d{12}$/, /^source-server$/, SOURCE_SERVER_ID];
  const [first, slash, sourceServerId, ...more] = arn.split(/(\/)/);
  const parts = [...(first ?? '').split(':'), sourceServerId ?? ''];
  const isWellFormed = parts.length === forms.length && parts.every((part, index) => Token.isUnresolved(part) || forms[index].test(part));
  if (!isWellFormed || slash === undefined || more.length > 0) {
    const expected = 'the ARN of a source server, such as arn:aws:drs:eu-central-1:111122223333:source-server/s-1234567890abcdef0';
    throw malformed(scope, id, arn, expected);
  }
  return sourceServerId;
}

function malformed(scope: Construct, id: string, received: string, expected: string): Error {
  return new Error(
    `'${withoutTokens(received)}' is not ${expected}. Look it up with \`aws drs describe-source-servers\`. [${scope.node.path}/${id}]`,
  );
}
