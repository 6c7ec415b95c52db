import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type FlowDeclaration, type RouteDeclaration, routeKey } from '#contract/flow.ts';
import { requireOpen } from '#domain/legacy.ts';
import { Problem } from '#domain/problem.ts';
import type { Answer } from '#runtime/answers.ts';
import type { Call, Steps } from '#runtime/call.ts';
import { type ContextParts, type FlowContext, flowContextOf, settings } from '#runtime/context.ts';
import { type Language, languageOf } from '#runtime/language.ts';
import { callerOf } from './caller.ts';
import { refuseForeignPages } from './entrance.ts';
import { asProblem, commonHeaders, type HttpAnswer, problemAnswer } from './problems.ts';
import { browserOf, readBody, readParams, readQuery } from './request.ts';
import { logRequest } from './request-log.ts';
import { addressOf } from './viewer.ts';

type AnyStep = (ctx: FlowContext, call: Call) => Promise<Answer>;
type Internal = { startedAt: number; problem?: Problem };

const languageIn = (event: APIGatewayProxyEventV2): Language => languageOf(event.headers['accept-language']);
const traceIdOf = (event: APIGatewayProxyEventV2): string => event.requestContext.requestId;

function httpAnswer(answer: Answer): HttpAnswer {
  const empty = answer.body === null;
  return {
    statusCode: answer.status,
    headers: {
      ...commonHeaders,
      ...(empty ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...answer.headers,
    },
    ...(answer.cookies ? { cookies: [...answer.cookies] } : {}),
    body: empty ? '' : JSON.stringify(answer.body),
  };
}

/**
 * The handler of a flow's function: finds the route, validates by its contract, finds out who calls, runs the step,
 * and turns whatever comes out (or is thrown) into the answer of docs/api.md.
 */
export function serve<const F extends FlowDeclaration>(
  contract: F,
  steps: Steps<F>,
  parts: ContextParts = {},
) {
  const openContext = flowContextOf(contract, parts);
  const routes = new Map<string, { route: RouteDeclaration; step: AnyStep }>();
  for (const [name, route] of Object.entries(contract.routes ?? {})) {
    routes.set(routeKey(route), {
      route,
      step: (steps as unknown as Record<string, AnyStep>)[name] as AnyStep,
    });
  }

  const answerRequest = async (event: APIGatewayProxyEventV2): Promise<HttpAnswer> => {
    const now = new Date();
    const found = routes.get(event.routeKey);
    if (!found) throw new Problem('NOT_FOUND');
    const { route, step } = found;
    refuseForeignPages(event, route, settings().issuer);
    if (route.until) requireOpen(settings()[route.until], now);
    const body = readBody(event, route);
    const query = readQuery(event, route);
    const params = readParams(event);
    const ctx = await openContext();
    const caller = await callerOf(ctx, event, route, now);
    const assertion = (caller as { assertion?: { channel: Call['origin']['channel'] } }).assertion;
    const call = {
      route,
      body,
      query,
      params,
      caller,
      now,
      language: languageIn(event),
      origin: {
        channel: assertion?.channel ?? 'web',
        address: addressOf(event),
        browser: browserOf(event.requestContext.http.userAgent),
        traceId: traceIdOf(event),
      },
      header: (name: string) => event.headers[name],
    };
    return httpAnswer(await step(ctx, call as unknown as Call));
  };

  return middy<APIGatewayProxyEventV2, HttpAnswer, Error, never, Internal>()
    .before(({ internal }) => {
      internal.startedAt = performance.now();
    })
    .after(({ event, response, internal }) => {
      logRequest(contract.name, event, response?.statusCode ?? 0, internal.startedAt, internal.problem);
    })
    .onError((request) => {
      const problem = asProblem(request.error);
      request.response = problemAnswer(problem, languageIn(request.event), traceIdOf(request.event));
      logRequest(contract.name, request.event, problem.status, request.internal.startedAt, problem);
    })
    .handler(answerRequest as never);
}
