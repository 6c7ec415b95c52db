import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { abuseRules } from '../alarms/abuse-rules.ts';
import { canaryRules } from '../alarms/canary-rules.ts';
import { compositesOf } from '../alarms/composites.ts';
import { dependencyRules } from '../alarms/dependency-rules.ts';
import { failingName } from '../alarms/failing.ts';
import { flowRules } from '../alarms/flow-rules.ts';
import { burnRules, peopleRules } from '../alarms/people-rules.ts';
import { alarmOf, type Group } from '../alarms/rule.ts';
import { workRules } from '../alarms/work-rules.ts';
import { canary } from '../constructs/canary.ts';
import { forThisAccount } from '../constructs/triggers/trigger.ts';
import { alarmName, prefix } from '../names.ts';
import { shifts } from '../release.ts';
import type { Stage } from '../stage.ts';
import type { ApiStack } from './api-stack.ts';

export interface AlarmStackProps extends StackProps {
  readonly stage: Stage;
  readonly source: ApiStack;
  /** Of the canary; none where the stage has no canary. */
  readonly canarySecretArn: string | undefined;
}

/** What somebody has to be woken for: alarms of one thing each, and one message for each group of them. */
export class AlarmStack extends Stack {
  constructor(scope: Construct, id: string, { stage, source, canarySecretArn, ...props }: AlarmStackProps) {
    super(scope, id, props);
    const flows = source.functions.map(({ flow }) => flow);
    const members = new Map<Group, string[]>();
    const join = (group: Group, name: string) => members.set(group, [...(members.get(group) ?? []), name]);
    // Those stand where deployments need them (release-stack.ts).
    if (shifts(stage))
      for (const flow of flows) join(flow.routes ? 'people' : 'work', failingName(stage, flow));
    const rules = [
      ...peopleRules(stage, source.api),
      ...flowRules(stage, flows),
      ...dependencyRules(stage),
      ...workRules(
        stage,
        source.deadLetters.map(({ node }) => node.id),
      ),
      ...abuseRules(stage, flows),
      ...(canarySecretArn ? canaryRules() : []),
    ];
    if (canarySecretArn) canary(this, stage, canarySecretArn);
    for (const rule of rules) {
      alarmOf(this, stage, rule);
      join(rule.group, alarmName(stage, rule.name));
    }
    for (const rule of burnRules(source.api)) alarmOf(this, stage, rule);
    compositesOf(this, stage, members, stage.alarms.topicArn ?? ownTopic(this, stage));
  }
}

/** An alarm names flows and numbers only, no person: the topic needs no key of its own, only encrypted transport. */
function ownTopic(scope: Construct, stage: Stage): string {
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
  return topic.topicArn;
}
