import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { type FlowDeclaration, type RouteDeclaration, routeKey } from '#contract/flow.ts';
import { html } from '#contract/schemas.ts';
import { readCookie } from '#crypto/refresh-tokens.ts';
import { requireOpen } from '#domain/companies/legacy-login.ts';
import { Problem } from '#domain/problem.ts';
import { OutOfTime, reserve, withinTimeBudget } from '#gateways/time-budget.ts';
import { nameActor, traced, traceId } from '#gateways/trace.ts';
import type { Answer } from '#runtime/answers.ts';
import type { Call, Steps } from '#runtime/call.ts';
import { type ContextParts, type FlowContext, flowContextOf, settings } from '#runtime/context.ts';
import { type Language, languageOf } from '#runtime/language.ts';
import { callerOf } from './caller.ts';
import { refuseForeignPages } from './foreign-pages.ts';
import type { OAuthRouteSupport } from './oauth-route-support.ts';
import { pageAnswer } from './page-answers.ts';
import { asProblem, commonHeaders, type HttpAnswer, problemAnswer } from './problems.ts';
import { readBody, readForm, readParameters, readParams, readQuery, requireSingleValues } from './request.ts';
import { actorOf, logRequest } from './request-log.ts';
import { addressOf, localityOf } from './viewer.ts';

type AnyStep = (ctx: FlowContext, call: Call) => Promise<Answer>;
type Internal = { startedAt: number; problem?: Problem };

/** Imported by the first request: a repeated import would look the module up again each time. */
let browsers: Promise<typeof import('./browsers.ts')> | undefined;
const loadBrowsers = () => {
  browsers ??= import('./browsers.ts');
  return browsers;
};

const languageIn = (event: APIGatewayProxyEventV2): Language => languageOf(event.headers['accept-language']);
/** The id that stands in the answer, the audit event and the log lines of a request. */
const traceIdOf = (event: APIGatewayProxyEventV2): string => traceId() ?? event.requestContext.requestId;

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

function refusalAnswer(
  problem: Problem,
  route: RouteDeclaration | undefined,
  event: APIGatewayProxyEventV2,
  oauth: OAuthRouteSupport | undefined,
): HttpAnswer {
  if (route?.errorsAs === 'oauth' && oauth)
    return oauth.oauthAnswer(problem, route, event.headers.authorization);
  if (route?.errorsAs === 'page') return pageAnswer(problem, settings().issuer);
  return problemAnswer(problem, languageIn(event), traceIdOf(event));
}

const isForSystems = ({ access, errorsAs }: RouteDeclaration): boolean =>
  access === 'client' || access === 'client-token' || errorsAs === 'oauth';

/**
 * The handler of a flow's function. The handler finds the route, validates the request against the contract, finds out
 * who calls, runs the step, and turns the result (or the thrown error) into the answer of docs/api.md, always before
 * the function's time is up (ERR-02).
 * @param oauth the parts for flows that have routes for tax systems
 */
export function serve<const F extends FlowDeclaration>(
  contract: F,
  steps: Steps<F>,
  parts: ContextParts = {},
  oauth?: OAuthRouteSupport,
) {
  const openContext = flowContextOf(contract, parts);
  // The types of the contract end here: each step has its own, and a call of any route is served alike.
  const stepsByName = new Map(Object.entries<AnyStep>(steps));
  const routes = new Map<string, { route: RouteDeclaration; step: AnyStep }>();
  for (const [name, route] of Object.entries(contract.routes ?? {})) {
    if (isForSystems(route) && !oauth) throw new Error(`${routeKey(route)} needs the OAuth support`);
    const step = stepsByName.get(name);
    if (!step) throw new Error(`${routeKey(route)} has no step`);
    routes.set(routeKey(route), { route, step });
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
    const form = route.form && !route.raw ? requireSingleValues(parameters, route) : undefined;
    const [ctx, { browserOf }] = await Promise.all([openContext(), loadBrowsers()]);
    const origin = {
      address: addressOf(event),
      locality: localityOf(event),
      browser: browserOf(event.requestContext.http.userAgent ?? ''),
      traceId: traceIdOf(event),
    };
    const refusedAs = async (error: unknown): Promise<never> => {
      if (route.access === 'client' && oauth) {
        const about = { now, language: languageIn(event), origin: { ...origin, channel: 'web' as const } };
        await oauth.recordRefusedClient(ctx, contract.name, about, form ?? {}, error);
      }
      throw error;
    };
    const caller = await callerOf(ctx, event, route, now, form, oauth).catch(refusedAs);
    const { session } = caller as { session?: { personKey?: string } };
    if (session?.personKey !== undefined) nameActor(actorOf(session.personKey));
    const assertion = (caller as { assertion?: { channel: Call['origin']['channel'] } }).assertion;
    const call = {
      route,
      // The form is validated only after the caller is known: invalid_client comes before invalid_request.
      body: form ? readForm(form, route) : body,
      query,
      parameters,
      params,
      caller,
      now,
      language: languageIn(event),
      origin: {
        ...origin,
        channel: assertion?.channel ?? 'web',
      },
      header: (name: string) => event.headers[name],
      cookie: (name: string) => readCookie(event.cookies ?? [], name) ?? undefined,
    };
    return httpAnswer(await step(ctx, call as unknown as Call).catch(refusedAs), route);
  };
  const answerInTime = (event: APIGatewayProxyEventV2, context: Context) =>
    withinTimeBudget(context, () => answerRequest(event));

  const inOrder = middy<APIGatewayProxyEventV2, HttpAnswer, Error, Context, Internal>({
    timeoutEarlyInMillis: reserve.answer,
    timeoutEarlyResponse: () => {
      throw new OutOfTime();
    },
  })
    .before(({ internal }) => {
      internal.startedAt = performance.now();
    })
    .after(({ event, response, internal }) => {
      logRequest(contract.name, event, response?.statusCode ?? 0, internal.startedAt, internal.problem);
    })
    .onError((request) => {
      const problem = asProblem(request.error);
      const route = routes.get(request.event.routeKey)?.route;
      request.response = refusalAnswer(problem, route, request.event, oauth);
      logRequest(contract.name, request.event, problem.status, request.internal.startedAt, problem);
    })
    .handler(answerInTime);
  return (event: APIGatewayProxyEventV2, context: Context): Promise<HttpAnswer> =>
    traced(event.requestContext.requestId, () => inOrder(event, context));
}
