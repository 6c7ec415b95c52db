import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lambda/clock.ts';
import { FunctionError, type Functions } from '../lambda/functions.ts';
import type { RouteModel } from '../template/model.ts';
import { gatewayEvent, sendFunctionAnswer } from './gateway-event.ts';
import { readBody, sendJson } from './http.ts';
import { sendProblem } from './problem.ts';
import { type RouteMatch, routeFinder } from './routes.ts';

/** API Gateway's own limit; the functions enforce the smaller limits of the contracts. */
const bodyLimit = 10 * 1024 * 1024;

export type Serve = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The HTTP API of the template: finds the route, starts its function, sends its answer. */
export function makeGateway(
  routes: readonly RouteModel[],
  functions: Functions,
  clock: Clock,
  log: (line: string) => void,
): Serve {
  const find = routeFinder(routes);
  return async (incoming, response) => {
    const startedAt = performance.now();
    const [path = '/', ...rest] = (incoming.url ?? '/').split('?');
    const query = rest.join('?');
    let match: RouteMatch | undefined;
    let event: object;
    const body = await readBody(incoming, bodyLimit);
    if (!body) return sendProblem(incoming, response, 'BODY_TOO_LARGE', 'At most 10 MB / 不得超过 10 MB');
    try {
      match = find(incoming.method ?? 'GET', path);
      if (!match)
        return sendProblem(
          incoming,
          response,
          'NOT_FOUND',
          'No route has this method and path / 没有此方法和路径的接口',
        );
      event = gatewayEvent(incoming, { path, query }, match, body, clock.now());
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      return sendProblem(incoming, response, 'BAD_REQUEST', 'Malformed percent-encoding / 网址编码有误');
    }
    const { routeKey, functionName } = match.route;
    let status: number | undefined;
    try {
      status = sendFunctionAnswer(
        response,
        await functions.invoke(functionName, event, routeKey),
        clock.now(),
      );
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
    }
    if (status === undefined && !response.headersSent)
      sendJson(response, 500, { message: 'Internal Server Error' });
    // The route key, never the path: ids in paths are handles of open tickets.
    log(`${routeKey} ${status ?? 500} ${Math.round(performance.now() - startedAt)} ms`);
  };
}
