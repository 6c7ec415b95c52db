import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { forThisAccount } from '../constructs/triggers/trigger.ts';
import { prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

/**
 * The stage's own topic, where its settings name none. An alarm names flows and numbers only, no person: the topic needs no
 * key of its own, only encrypted transport.
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
