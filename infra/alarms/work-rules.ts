import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { FlowDeclaration } from '#contract/flow.ts';
import { queueName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { pageOfSchedule } from './flow-rules.ts';
import { ownNamespace, period, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

/** The midnight unlock is late if it finishes more than this after midnight (UNL-1). */
const lateSeconds = 1_800;

/** The paragraph about a queue of failed messages, which depends on the sender of the messages. */
function pageOf(queue: string, flows: readonly FlowDeclaration[]): string {
  const scheduled = flows.some(
    ({ trigger }) => trigger?.kind === 'schedule' && queue === `${trigger.name}-failed`,
  );
  if (scheduled || queue.startsWith('midnight')) return pageOfSchedule(queue);
  return queue.startsWith('feed') ? 'feed' : 'dead-letters';
}

/** Alarms for the work in the background: feed, queues, midnight unlock. @param failed the queues of failed messages */
export const workRules = (
  stage: Stage,
  flows: readonly FlowDeclaration[],
  failed: readonly string[],
): Rule[] => [
  ...failed.map(
    (queue): Rule => ({
      name: `${queue}-waiting`,
      says: `Events nobody could handle wait in ${queue}`,
      group: 'work',
      page: pageOf(queue, flows),
      metric: sum('AWS/SQS', 'ApproximateNumberOfMessagesVisible', { QueueName: queueName(stage, queue) }),
      above: 0,
    }),
  ),
  {
    name: 'feed-age',
    says: 'A message of the registry feed has waited for more than half an hour',
    group: 'work',
    page: 'feed',
    metric: new Metric({
      namespace: 'AWS/SQS',
      metricName: 'ApproximateAgeOfOldestMessage',
      dimensionsMap: { QueueName: queueName(stage, 'registry-feed') },
      statistic: Stats.MAXIMUM,
      period,
    }),
    above: 1_800,
  },
  {
    name: 'midnight-late',
    says: 'The night’s run was not through half an hour after midnight',
    group: 'work',
    page: 'midnight',
    metric: new Metric({
      namespace: ownNamespace,
      metricName: 'SecondsAfterMidnight',
      statistic: Stats.MAXIMUM,
      period,
    }),
    above: lateSeconds,
  },
];
