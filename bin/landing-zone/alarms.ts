import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { ISourceServer, TeardownFunction } from '../../lib';

/** The lag that a team wants to hear of, and for how many times five minutes it must last. */
const MOST_LAG = Duration.minutes(15);
const LAG = { threshold: MOST_LAG.toSeconds(), evaluationPeriods: 3 };

/** What a team hears of: replication that lags behind, and deletions that failed. */
export class Alarms extends Construct {
  private readonly topic: Topic;

  constructor(scope: Construct, id: string, { alarmEmail }: { readonly alarmEmail?: string }) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    // A topic with a policy of its own has lost the one that lets alarms publish.
    const { account } = Stack.of(this);
    this.topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': account } } }),
    );
    if (alarmEmail !== undefined) {
      this.topic.addSubscription(new EmailSubscription(alarmEmail));
    }
    new CfnOutput(this, 'AlarmTopic', { value: this.topic.topicArn, description: 'Where alarms go' }).overrideLogicalId('AlarmTopic');
  }

  /** Of the whole stack: the metric is counted by its name. */
  addFailedDeletions(teardownFunction: TeardownFunction): Alarm {
    return this.add('FailedDeletions', {
      metric: teardownFunction.metricFailedDeletions(),
      alarmDescription:
        'The deletion of a DRS resource failed: source servers may go on replicating. The reason is in the events of the stack.',
      threshold: 0,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  addLag(sourceServer: ISourceServer): Alarm {
    return this.add(`Lag-${sourceServer.sourceServerId}`, {
      metric: sourceServer.metricLagDuration(),
      alarmDescription: `${sourceServer.sourceServerId} lags behind by more than ${MOST_LAG.toHumanString()}, or DRS knows nothing of its lag.`,
      ...LAG,
      treatMissingData: TreatMissingData.BREACHING,
    });
  }

  /** Nobody knows the servers of a fleet, and metrics know no tags: it watches each server of the account and Region. */
  addLagOfAll(): Alarm {
    const expression = 'SELECT MAX(LagDuration) FROM SCHEMA("AWS/DRS", SourceServerID) GROUP BY SourceServerID';
    return this.add('Lag', {
      metric: new MathExpression({ expression, label: 'Lag' }),
      alarmDescription: `A source server of this account and Region lags behind by more than ${MOST_LAG.toHumanString()}.`,
      ...LAG,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }

  private add(id: string, props: AlarmProps): Alarm {
    const alarm = new Alarm(this, id, { comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD, ...props });
    alarm.addAlarmAction(new SnsAction(this.topic));
    // Without its policy or its subscription, the topic tells nobody.
    alarm.node.addDependency(this.topic);
    return alarm;
  }
}
