import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { OAuthProblem } from '#domain/oauth-problem.ts';
import type { Problem } from '#domain/problem.ts';
import { metricSets, writeLine } from '#gateways/log.ts';
import { traceId } from '#gateways/trace.ts';
import { truncatedAddress } from '#runtime/addresses.ts';
import { causeOf } from '#runtime/log.ts';
import { addressOf } from './viewer.ts';

/** One name for whoever is signed in, in all lines: no table knows it, and no key is made of it. */
export const actorOf = (personKey: string): string =>
  createHash('sha256').update(`log|${personKey}`).digest('base64url').slice(0, 16);

/** What says whether people get in: a password that was right, and a second factor that was. */
const partOfLogin: Readonly<Record<string, 'LoginsBegun' | 'LoginsDone'>> = {
  'POST /v1/logins': 'LoginsBegun',
  'POST /v1/logins/{id}/verify': 'LoginsDone',
};

/**
 * One line a request: the route key, never the path (it holds handles), never a body, a name or a number.
 * In CloudWatch's embedded metric format, so that the same line is log and metric.
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
    // The line carries the trace id by itself; the gateway's own log knows the request by this.
    ...(traceId() === requestId ? {} : { requestId }),
    network: truncatedAddress(addressOf(event)),
  };
  const word = 'request';
  writeLine(
    status >= 500
      ? { level: 'ERROR', word, ...line, cause: causeOf(problem) }
      : { level: 'INFO', word, ...line },
  );
}
