import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type FlowDeclaration, type RouteDeclaration, routeKey } from '#contract/flow.ts';
import { html } from '#contract/schemas.ts';
import { readCookie } from '#crypto/refresh-tokens.ts';
import { requireOpen } from '#domain/legacy.ts';
import { Problem } from '#domain/problem.ts';
import type { Answer } from './answers.ts';
import type { Call, Steps } from './call.ts';
import { callerOf } from './caller.ts';
import { refuseForeignPages } from './entrance.ts';
import { type House, houseOf, type Parts, settings } from './house.ts';
import { type Language, languageOf } from './language.ts';
import { logRequest } from './log.ts';
import { oauthAnswer } from './oauth-answers.ts';
import { asProblem, commonHeaders, type HttpAnswer, problemAnswer } from './problems.ts';
import { browserOf, eachOnce, readBody, readForm, readParameters, readParams, readQuery } from './request.ts';
import { addressOf } from './viewer.ts';

type AnyStep = (house: House, call: Call) => Promise<Answer>;
type Internal = { startedAt: number; problem?: Problem };

const languageIn = (event: APIGatewayProxyEventV2): Language => languageOf(event.headers['accept-language']);
const traceIdOf = (event: APIGatewayProxyEventV2): string => event.requestContext.requestId;

function httpAnswer(answer: Answer, { answers }: RouteDeclaration): HttpAnswer {
  const empty = answer.body === null;
  const isPage = answers[answer.status] === html;
  return {
    statusCode: answer.status,
    headers: {
      ...commonHeaders,
      ...(empty ? {} : { 'content-type': `${isPage ? 'text/html' : 'application/json'}; charset=utf-8` }),
      ...answer.headers,
    },
    ...(answer.cookies ? { cookies: [...answer.cookies] } : {}),
    body: empty ? '' : isPage ? String(answer.body) : JSON.stringify(answer.body),
  };
}

/**
 * The handler of a flow's function: finds the route, validates by its contract, finds out who calls, runs the step,
 * and turns whatever comes out (or is thrown) into the answer of docs/api.md.
 */
export function serve<const F extends FlowDeclaration>(contract: F, steps: Steps<F>, parts: Parts = {}) {
  const openHouse = houseOf(contract, parts);
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
    const query = route.raw ? undefined : readQuery(event, route);
    const params = readParams(event);
    const parameters = route.raw || route.form ? readParameters(event, route) : [];
    const form = route.form && !route.raw ? eachOnce(parameters) : undefined;
    const house = await openHouse();
    const caller = await callerOf(house, event, route, now, form);
    const assertion = (caller as { assertion?: { channel: Call['origin']['channel'] } }).assertion;
    const call = {
      route,
      // What a stranger's form says matters to nobody: who calls comes first (invalid_client before invalid_request).
      body: form ? readForm(form, route) : body,
      query,
      parameters,
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
      cookie: (name: string) => readCookie(event.cookies ?? [], name) ?? undefined,
    };
    return httpAnswer(await step(house, call as unknown as Call), route);
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
      const route = routes.get(request.event.routeKey)?.route;
      request.response =
        route?.errorsAs === 'oauth'
          ? oauthAnswer(problem, route, request.event.headers.authorization !== undefined)
          : problemAnswer(problem, languageIn(request.event), traceIdOf(request.event));
      logRequest(contract.name, request.event, problem.status, request.internal.startedAt, problem);
    })
    .handler(answerRequest as never);
}
