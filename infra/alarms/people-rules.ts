import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Stage } from '../stage.ts';
import { ownNamespace, share, sum } from './metrics.ts';
import type { Rule } from './rule.ts';

export interface HttpApi {
  readonly apiId: string;
  readonly stageName: string;
}

/** The objective: in thirty days this share of the requests is answered without a failure of ours. */
export const objective = 0.999;
/**
 * How fast the allowed failures are used up, for each pair of windows: at 14.4 times the allowed rate in two days, at 6
 * times in five days. The short window shows that requests still fail.
 */
const burns = [
  { name: 'fast', factor: 14.4, long: Duration.hours(1), short: Duration.minutes(5) },
  { name: 'slow', factor: 6, long: Duration.hours(6), short: Duration.minutes(30) },
] as const;

const logins = Duration.minutes(30);

/**
 * Alarms for people who cannot log in: the API's answers, the objective, the traffic, and logins that nobody finishes.
 */
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

/** Two alarms for each rate, one for each window; only both together send a message (`burnTerms`). */
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

/** The terms of the group's rule: for each rate, the long window and the short window together. */
export const burnTerms = (named: (alarm: string) => string): string[] =>
  burns.map(
    ({ name }) => `(ALARM("${named(`slo-${name}-long`)}") AND ALARM("${named(`slo-${name}-short`)}"))`,
  );
