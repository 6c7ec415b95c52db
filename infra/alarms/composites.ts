import { CfnCompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { burnTerms } from './people-rules.ts';
import { type Group, runbook } from './rule.ts';

/** What each message says, and whether an outage that is told of already is its cause. */
const groups: Readonly<Record<Group, { says: string; follows: boolean }>> = {
  people: { says: 'People cannot get in', follows: false },
  work: { says: 'Work behind the scenes stands still', follows: true },
  capacity: { says: 'It is slow, or full', follows: true },
  providers: { says: 'SMS or face provider is away', follows: false },
  abuse: { says: 'Somebody may be misusing the door', follows: false },
  upkeep: { says: 'Something runs out soon, or was not done', follows: false },
};

/**
 * One message for one outage: an alarm for each group that has members, which tells when the first of them rings and
 * when the last is over. While people cannot get in, what follows from it is kept quiet, and for ten minutes after.
 */
export function compositesOf(
  scope: Construct,
  stage: Stage,
  members: ReadonlyMap<Group, readonly string[]>,
  topicArn: string,
): void {
  const named = (group: string) => alarmName(stage, group);
  for (const [group, { says, follows }] of Object.entries(groups) as [Group, (typeof groups)[Group]][]) {
    for (const [part, names] of inParts(members.get(group) ?? []).entries()) {
      const id = part === 0 ? group : `${group}-${part + 1}`;
      const composite = new CfnCompositeAlarm(scope, `${id}-composite`, {
        alarmName: named(id),
        alarmDescription: `${says}. Which alarm it is stands in the message. What to do: ${runbook(group)}`,
        alarmRule: [
          ...names.map((name) => `ALARM("${name}")`),
          ...(group === 'people' ? burnTerms((alarm) => alarmName(stage, alarm)) : []),
        ].join(' OR '),
        alarmActions: [topicArn],
        okActions: [topicArn],
        ...(follows
          ? {
              actionsSuppressor: named('people'),
              actionsSuppressorWaitPeriod: 120,
              actionsSuppressorExtensionPeriod: 600,
            }
          : {}),
      });
      if (follows) composite.node.addDependency(scope.node.findChild('people-composite'));
    }
  }
}

/** CloudWatch takes a hundred alarms in one; a group of more has a second message. */
const mostNames = 100;
const inParts = (names: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(names.length / mostNames) }, (_, part) =>
    names.slice(part * mostNames, (part + 1) * mostNames),
  );
