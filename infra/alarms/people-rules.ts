import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Stage } from '../stage.ts';
import { ownNamespace, share, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

export interface HttpApi {
  readonly apiId: string;
  readonly stageName: string;
}

/** The share of requests in thirty days that may fail: 99.9 % have to be answered. */
export const objective = 0.999;
/** How fast that is used up, by window: at 14.4 times in two days, at 6 in five. The short window says it still goes on. */
const burns = [
  { name: 'fast', factor: 14.4, long: Duration.hours(1), short: Duration.minutes(5) },
  { name: 'slow', factor: 6, long: Duration.hours(6), short: Duration.minutes(30) },
] as const;

const logins = Duration.minutes(30);

/** Whether people get in: what the API answers, the objective, traffic, and logins that are begun and not finished. */
export function peopleRules(stage: Stage, { apiId, stageName }: HttpApi): Rule[] {
  const gateway = (name: string, over?: Duration) =>
    sum('AWS/ApiGateway', name, { ApiId: apiId, Stage: stageName }, over);
  return [
    {
      name: 'http-5xx',
      says: `More than ${stage.alarms.errorPercent} % of the answers are 5xx`,
      group: 'people',
      page: 'failing',
      metric: share(gateway('5xx'), gateway('Count')),
      above: stage.alarms.errorPercent,
    },
    {
      name: 'no-traffic',
      says: 'Not one request in a quarter of an hour',
      group: 'people',
      page: 'no-traffic',
      metric: gateway('Count', Duration.minutes(15)),
      below: 1,
    },
    {
      name: 'logins-unfinished',
      says: 'Fewer than half of the people whose password was right pass the second factor, for half an hour',
      group: 'people',
      page: 'logins-unfinished',
      metric: new MathExpression({
        expression: 'IF(FILL(begun, 0) >= 20, 100 - 100 * FILL(done, 0) / begun, 0)',
        usingMetrics: {
          begun: sum(ownNamespace, 'LoginsBegun', {}, logins),
          done: sum(ownNamespace, 'LoginsDone', {}, logins),
        },
        period: logins,
      }),
      above: 50,
    },
  ];
}

/** Two alarms a burn rate, one a window: only both together ring (`burnRule`). */
export const burnRules = ({ apiId, stageName }: HttpApi): Rule[] =>
  burns.flatMap(({ name, factor, long, short }) =>
    [long, short].map((over): Rule => {
      const metric = (what: string) => sum('AWS/ApiGateway', what, { ApiId: apiId, Stage: stageName }, over);
      return {
        name: `slo-${name}-${over === long ? 'long' : 'short'}`,
        says: `In ${over.toHumanString()} failures use up the objective of ${objective * 100} % ${factor} times as fast as it allows`,
        group: 'people',
        page: 'objective',
        metric: new MathExpression({
          expression: `IF(all > 20, (failed / all) / ${(1 - objective).toFixed(4)}, 0)`,
          usingMetrics: { failed: metric('5xx'), all: metric('Count') },
          period: over,
        }),
        above: factor,
      };
    }),
  );

/** A term of the group's rule: the long window and the short one. */
export const burnTerms = (named: (alarm: string) => string): string[] =>
  burns.map(
    ({ name }) => `(ALARM("${named(`slo-${name}-long`)}") AND ALARM("${named(`slo-${name}-short`)}"))`,
  );
