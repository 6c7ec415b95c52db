import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FlowDeclaration } from '#contract/flow.ts';
import { functionName, prefix } from '../names.ts';
import type { Stage } from '../stage.ts';

interface Query {
  /** The functions whose logs the query reads. */
  readonly of: (flow: FlowDeclaration) => boolean;
  readonly lines: readonly string[];
}

const answering = ({ routes }: FlowDeclaration): boolean => routes !== undefined;

/** The queries that docs/operations.md names to a person on call; saved in CloudWatch under `ahtax-<stage>/`. */
export const queries: Readonly<Record<string, Query>> = {
  failures: {
    of: () => true,
    lines: [
      'filter level = "ERROR"',
      'stats count(*) as failures, latest(@timestamp) as last by flow, route, code, cause.name, cause.message',
      'sort failures desc',
    ],
  },
  slow: {
    of: answering,
    lines: [
      'filter event = "request"',
      'stats count(*) as calls, pct(Milliseconds, 50) as p50, pct(Milliseconds, 95) as p95, pct(Milliseconds, 99) as p99 by flow, route',
      'sort p99 desc',
    ],
  },
  networks: {
    of: answering,
    lines: [
      'filter event = "request" and status >= 400',
      'stats count(*) as refused, count_distinct(code) as kinds, latest(code) as last by network',
      'sort refused desc | limit 50',
    ],
  },
  trace: {
    of: () => true,
    lines: ['filter traceId = "put the traceId of the answer here"', 'sort @timestamp asc'],
  },
  feed: {
    of: ({ trigger }) => trigger?.kind === 'feed',
    lines: [
      'filter event in ["message-failed", "file-paused", "file-changed", "rejected"]',
      'fields @timestamp, event, file, line, code, cause.name, cause.message',
      'sort @timestamp desc | limit 200',
    ],
  },
};

export function savedQueries(scope: Construct, stage: Stage, flows: readonly FlowDeclaration[]): void {
  for (const [name, { of, lines }] of Object.entries(queries))
    new CfnQueryDefinition(scope, `${name}-query`, {
      name: `${prefix(stage)}/${name}`,
      logGroupNames: flows.filter(of).map((flow) => `/aws/lambda/${functionName(stage, flow.name)}`),
      queryString: lines.join('\n| '),
    });
}
