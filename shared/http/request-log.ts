import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Problem } from '#domain/problem.ts';
import { OAuthProblem } from '#domain/sso/oauth-problem.ts';
import { metricSets, writeLine } from '#gateways/log.ts';
import { traceId } from '#gateways/trace.ts';
import { truncatedAddress } from '#runtime/addresses.ts';
import { causeOf } from '#runtime/log.ts';
import { addressOf } from './viewer.ts';

/** One pseudonym for a signed-in person in all log lines: no table stores it, and no key is derived from it. */
export const actorOf = (personKey: string): string =>
  createHash('sha256').update(`log|${personKey}`).digest('base64url').slice(0, 16);

/** Metrics that show whether people can log in: right passwords, and right second factors. */
const partOfLogin: Readonly<Record<string, 'LoginsBegun' | 'LoginsDone'>> = {
  'POST /v1/logins': 'LoginsBegun',
  'POST /v1/logins/{id}/verify': 'LoginsDone',
};

/**
 * One line per request: the route key, never the path (which holds handles), never a body, a name or a number. The line
 * uses CloudWatch's embedded metric format, so that it is log and metric in one.
 */
export function logRequest(
  flow: string,
  event: APIGatewayProxyEventV2,
  status: number,
  startedAt: number,
  problem: Problem | undefined,
): void {
  const { requestId } = event.requestContext;
  const part = status < 400 ? partOfLogin[event.routeKey] : undefined;
  const line = {
    ...metricSets(
      [[['flow'], ['flow', 'code']], { Requests: 'Count' }],
      [[['flow']], { Failures: 'Count', Milliseconds: 'Milliseconds' }],
      ...(part ? ([[[[]], { [part]: 'Count' }]] as const) : []),
    ),
    ...(part ? { [part]: 1 } : {}),
    flow,
    route: event.routeKey,
    status,
    code: problem instanceof OAuthProblem ? problem.error : (problem?.code ?? 'OK'),
    Requests: 1,
    Failures: status >= 500 ? 1 : 0,
    Milliseconds: Math.round(performance.now() - startedAt),
    // The line carries the trace id anyway; the gateway's own log knows the request by this id.
    ...(traceId() === requestId ? {} : { requestId }),
    network: truncatedAddress(addressOf(event)),
  };
  const kind = 'request';
  writeLine(
    status >= 500
      ? { level: 'ERROR', event: kind, ...line, cause: causeOf(problem) }
      : { level: 'INFO', event: kind, ...line },
  );
}
