import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Problem } from '#domain/problem.ts';
import { writeLine } from '#gateways/log.ts';
import { truncatedAddress } from '#runtime/addresses.ts';
import { causeOf, metrics } from '#runtime/log.ts';
import { addressOf } from './viewer.ts';

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
  const line = {
    ...metrics([['flow'], ['flow', 'code']], { Requests: 'Count', Milliseconds: 'Milliseconds' }),
    flow,
    route: event.routeKey,
    status,
    code: problem?.code ?? 'OK',
    Requests: 1,
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
