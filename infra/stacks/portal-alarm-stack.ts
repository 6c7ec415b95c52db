import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Fn, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { period } from '../alarms/metrics.ts';
import { alarmOf } from '../alarms/rule.ts';
import { alarmTopic } from '../alarms/topic.ts';
import type { Stage } from '../stage.ts';

/** The only region with CloudFront's metrics, whatever region the stage is in. */
export const cloudFrontMetricRegion = 'us-east-1';
export const distributionIdOutput = 'DistributionId';

/**
 * The alarm for answers 5xx of CloudFront itself: pages that the bucket does not serve, an API that CloudFront cannot
 * reach. An alarm can only use metrics and topics of its own region, so this one is not part of the stage's groups.
 * Partition aws-cn has no such metrics; there the canary, whose calls pass through CloudFront, notices such failures.
 */
export class PortalAlarmStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { stage, portal, ...props }: StackProps & { readonly stage: Stage; readonly portal: Stack },
  ) {
    super(scope, id, props);
    const { cloudFrontTopicArn, errorPercent } = stage.alarms;
    const topic = cloudFrontTopicArn
      ? Topic.fromTopicArn(this, 'Topic', cloudFrontTopicArn)
      : alarmTopic(this, stage);
    const alarm = alarmOf(this, stage, {
      name: 'cloudfront-5xx',
      says: `More than ${errorPercent} % of CloudFront’s answers are 5xx, in ten minutes of fifteen`,
      group: 'people',
      page: 'cloudfront',
      metric: new Metric({
        namespace: 'AWS/CloudFront',
        metricName: '5xxErrorRate',
        dimensionsMap: {
          DistributionId: Fn.getStackOutput(portal.stackName, distributionIdOutput, stage.region),
          Region: 'Global',
        },
        statistic: Stats.AVERAGE,
        period,
      }),
      above: errorPercent,
      periods: { bad: 2, of: 3 },
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
}
