import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../names.ts';
import type { Stage } from '../stage.ts';

/** What one message is about (composites.ts): whatever rings of a group, somebody is told once. */
export type Group = 'people' | 'work' | 'capacity' | 'providers' | 'abuse' | 'upkeep';

export interface Rule {
  readonly name: string;
  readonly says: string;
  readonly group: Group;
  /** The heading in docs/operations.md that says what to do. */
  readonly page: string;
  readonly metric: IMetric;
  /** Rings above this value, or from it on, … */
  readonly above?: number;
  readonly from?: number;
  /** … or when there was less than this, or nothing at all. */
  readonly below?: number;
  /** … where nothing at all says nothing. */
  readonly silent?: true;
  /** In how many of the last periods; the last one alone unless said otherwise. */
  readonly periods?: { readonly bad: number; readonly of: number };
}

/** Where a person who is woken finds what to do. */
export const runbook = (page: string): string => `docs/operations.md#${page}`;

/** An alarm that tells nobody itself: its group does. */
export function alarmOf(
  scope: Construct,
  stage: Stage,
  { name, says, page, metric, above, from, below, silent, periods }: Rule,
): Alarm {
  return new Alarm(scope, name, {
    alarmName: alarmName(stage, name),
    alarmDescription: `${says}. What to do: ${runbook(page)}`,
    metric,
    evaluationPeriods: periods?.of ?? 1,
    datapointsToAlarm: periods?.bad ?? 1,
    threshold: below ?? from ?? above ?? 0,
    comparisonOperator:
      below !== undefined
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : from !== undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData:
      below === undefined || silent ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
  });
}
