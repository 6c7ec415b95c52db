import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { abuseRules } from '../alarms/abuse-rules.ts';
import { canaryRules } from '../alarms/canary-rules.ts';
import { compositesOf, messagesOf } from '../alarms/composites.ts';
import { dashboard } from '../alarms/dashboard.ts';
import { dependencyRules } from '../alarms/dependency-rules.ts';
import { failingName } from '../alarms/failing.ts';
import { flowRules } from '../alarms/flow-rules.ts';
import { burnRules, type HttpApi, peopleRules } from '../alarms/people-rules.ts';
import { savedQueries } from '../alarms/queries.ts';
import { alarmOf, type Group } from '../alarms/rule.ts';
import { alarmTopic } from '../alarms/topic.ts';
import { workRules } from '../alarms/work-rules.ts';
import { canary } from '../constructs/canary.ts';
import { alarmName } from '../names.ts';
import { shiftsTraffic } from '../release.ts';
import type { Stage } from '../stage.ts';

export interface AlarmStackProps extends StackProps {
  readonly stage: Stage;
  readonly flows: readonly FlowDeclaration[];
  readonly api: HttpApi;
  /** The queues of failed messages. */
  readonly deadLetters: readonly Queue[];
  /** Of the canary; none where the stage has no canary. */
  readonly canarySecretArn: string | undefined;
}

/** What somebody has to be woken for: alarms of one thing each, and one message for each group of them. */
export class AlarmStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { stage, flows, api, deadLetters, canarySecretArn, ...props }: AlarmStackProps,
  ) {
    super(scope, id, props);
    const failed = deadLetters.map(({ node }) => node.id);
    const members = new Map<Group, string[]>();
    const join = (group: Group, name: string) => members.set(group, [...(members.get(group) ?? []), name]);
    // Those stand where deployments need them (release-stack.ts).
    if (shiftsTraffic(stage))
      for (const flow of flows) join(flow.routes ? 'people' : 'work', failingName(stage, flow));
    const rules = [
      ...peopleRules(stage, api),
      ...flowRules(stage, flows),
      ...dependencyRules(stage),
      ...workRules(stage, flows, failed),
      ...abuseRules(stage, flows),
      ...(canarySecretArn ? canaryRules() : []),
    ];
    if (canarySecretArn) canary(this, stage, canarySecretArn);
    for (const rule of rules) {
      alarmOf(this, stage, rule);
      join(rule.group, alarmName(stage, rule.name));
    }
    for (const rule of burnRules(api)) alarmOf(this, stage, rule);
    savedQueries(this, stage, flows);
    const messages = messagesOf(stage, members);
    dashboard(this, stage, { flows, api, messages: messages.map(({ id }) => id), failed });
    compositesOf(this, stage, messages, stage.alarms.topicArn ?? alarmTopic(this, stage).topicArn);
  }
}
