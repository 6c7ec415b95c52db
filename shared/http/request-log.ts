import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { OAuthProblem } from '#domain/oauth-problem.ts';
import type { Problem } from '#domain/problem.ts';
import { metricSets, writeLine } from '#gateways/log.ts';
import { truncatedAddress } from '#runtime/addresses.ts';
import { causeOf } from '#runtime/log.ts';
import { addressOf } from './viewer.ts';

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
    traceId: event.requestContext.requestId,
    network: truncatedAddress(addressOf(event)),
  };
  const word = 'request';
  writeLine(
    status >= 500
      ? { level: 'ERROR', word, ...line, cause: causeOf(problem) }
      : { level: 'INFO', word, ...line },
  );
}
