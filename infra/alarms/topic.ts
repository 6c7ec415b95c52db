import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { forThisAccount } from '../constructs/triggers/trigger.ts';
import { prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

/**
 * The stage's own topic, if its settings name no topic. An alarm contains only names of flows and numbers, and no
 * personal data, so the topic needs encrypted transport but no key of its own.
 */
export function alarmTopic(scope: Construct, stage: Stage): Topic {
  const topic = new Topic(scope, 'Topic', { topicName: `${prefix(stage)}-alarms`, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: forThisAccount,
    }),
  );
  for (const email of stage.alarms.emails ?? []) topic.addSubscription(new EmailSubscription(email));
  return topic;
}
