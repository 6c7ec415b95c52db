import { Alarm, CfnCompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { burnTerms } from './people-rules.ts';
import { type Group, runbook } from './rule.ts';

/** For each group: the text of its message, and whether its alarms usually follow from an outage in `people`. */
const groups: Readonly<Record<Group, { says: string; follows: boolean }>> = {
  people: { says: 'People cannot get in', follows: false },
  work: { says: 'Work behind the scenes stands still', follows: true },
  capacity: { says: 'It is slow, or full', follows: true },
  // If the provider's outage keeps people out, `people` sends the message, and its first step looks at providers too.
  providers: { says: 'SMS or face provider is away', follows: true },
  abuse: { says: 'Somebody may be misusing the system', follows: false },
  upkeep: { says: 'Something runs out soon, or was not done', follows: false },
};

/** CloudWatch allows a hundred alarms in one composite alarm. */
const mostNames = 100;

/** A composite alarm of CloudWatch. Only composite alarms send a message to people. */
export interface Message {
  /** The group's name. A group of more than a hundred alarms has further messages, for example `capacity-2`. */
  readonly id: string;
  readonly group: Group;
  /** The message is sent when one of these rings: an alarm by its name, or a pair of alarms together. */
  readonly terms: readonly string[];
}

/** The messages of a stage; each has at most as many alarms as CloudWatch allows. */
export function messagesOf(
  stage: Pick<Stage, 'name'>,
  members: ReadonlyMap<Group, readonly string[]>,
): readonly Message[] {
  return (Object.keys(groups) as Group[]).flatMap((group) => {
    const terms = [
      ...(group === 'people' ? burnTerms((alarm) => alarmName(stage, alarm)) : []),
      ...(members.get(group) ?? []).map((name) => `ALARM("${name}")`),
    ];
    return inParts(terms).map((part, at) => ({
      id: at === 0 ? group : `${group}-${at + 1}`,
      group,
      terms: part,
    }));
  });
}

function inParts(terms: readonly string[]): string[][] {
  const parts: string[][] = [];
  let room = 0;
  for (const term of terms) {
    const names = term.split('ALARM(').length - 1;
    if (names > room) {
      parts.push([]);
      room = mostNames;
    }
    parts.at(-1)?.push(term);
    room -= names;
  }
  return parts;
}

/**
 * Sends one message for one outage: a group sends when the first of its alarms rings and when the last is over. While
 * `people` rings, and for ten minutes after that, the groups that follow from it send nothing.
 */
export function compositesOf(
  scope: Construct,
  stage: Stage,
  messages: readonly Message[],
  topicArn: string,
): void {
  const named = (id: string) => alarmName(stage, id);
  for (const { id, group, terms } of messages) {
    const { says, follows } = groups[group];
    const composite = new CfnCompositeAlarm(scope, `${id}-composite`, {
      alarmName: named(id),
      alarmDescription: `${says}. Which alarm it is stands in the message. What to do: ${runbook(group)}`,
      alarmRule: terms.join(' OR '),
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
    // CloudWatch refuses a composite alarm if one of its alarms does not exist yet. The rule names the alarms in a
    // text, so CloudFormation does not see the dependency.
    for (const alarm of scope.node.children) if (alarm instanceof Alarm) composite.node.addDependency(alarm);
    if (follows) composite.node.addDependency(scope.node.findChild('people-composite'));
  }
}
