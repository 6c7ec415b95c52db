import { Alarm, CfnCompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch';
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
  // Where its outage keeps people out, that is the message, and its first step looks here too.
  providers: { says: 'SMS or face provider is away', follows: true },
  abuse: { says: 'Somebody may be misusing the door', follows: false },
  upkeep: { says: 'Something runs out soon, or was not done', follows: false },
};

/** CloudWatch takes a hundred alarms in one. */
const mostNames = 100;

/** An alarm of alarms, which is what somebody is told by. */
export interface Message {
  /** The group's name; a group of more than a hundred alarms has further messages, `capacity-2` for one. */
  readonly id: string;
  readonly group: Group;
  /** What has to ring for it to tell: alarms by name, or pairs that ring together. */
  readonly terms: readonly string[];
}

/** The messages of a stage, each of no more alarms than CloudWatch takes. */
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
 * One message for one outage: it tells when the first of its alarms rings and when the last is over. While people cannot
 * get in, what follows from it is kept quiet, and for ten minutes after.
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
    // CloudWatch refuses a message of alarms that are not there yet, and rules name them by text, which CloudFormation cannot see.
    for (const alarm of scope.node.children) if (alarm instanceof Alarm) composite.node.addDependency(alarm);
    if (follows) composite.node.addDependency(scope.node.findChild('people-composite'));
  }
}
