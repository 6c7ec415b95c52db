import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { alarmName } from '../names.ts';
import type { Stage } from '../stage.ts';

/** The group of a message (composites.ts): when alarms of a group ring, people get one message. */
export type Group = 'people' | 'work' | 'capacity' | 'providers' | 'abuse' | 'upkeep';

export interface Rule {
  readonly name: string;
  readonly says: string;
  readonly group: Group;
  /** The heading in docs/operations.md that says what to do. */
  readonly page: string;
  readonly metric: IMetric;
  /** `above`: rings above this value. `from`: rings at this value or above it. */
  readonly above?: number;
  readonly from?: number;
  /** Rings below this value, and also if there is no value at all … */
  readonly below?: number;
  /** … unless `silent` is set: then a missing value does not ring. */
  readonly silent?: true;
  /** How many of the last periods must be bad; without this only the last period counts. */
  readonly periods?: { readonly bad: number; readonly of: number };
}

/** The place in the documents that tells a person on call what to do. */
export const runbook = (page: string): string => `docs/operations.md#${page}`;

/** An alarm that sends no message itself; the composite alarm of its group does. */
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
