import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Access, changesSomething, type RouteDeclaration } from '#contract/flow.ts';
import { Problem } from '#domain/problem.ts';

/**
 * Which calls are judged by their Origin. `unless-asserted`: not if a Channel-Assertion names the caller, because no
 * page can add one. `never`: the body or a token names the caller, and no cookie counts.
 */
const byOrigin: Readonly<Record<Access, 'always' | 'unless-asserted' | 'never'>> = {
  public: 'always',
  'public-or-channel': 'unless-asserted',
  channel: 'unless-asserted',
  session: 'always',
  refresh: 'always',
  client: 'never',
  'client-token': 'never',
};

/**
 * SES-2: a page of another origin must not make a browser change something here, or replace its session by another one.
 * Browsers send the page's origin with every such call, and send a JSON body only after asking us (CORS). Any page can
 * send a form, so routes that take one are judged by the Origin alone. This check comes before anything is read. Calls
 * without an Origin do not come from a page.
 * @throws Problem ORIGIN_NOT_ALLOWED, MEDIA_TYPE_NOT_SUPPORTED
 */
export function refuseForeignPages(
  event: Pick<APIGatewayProxyEventV2, 'headers' | 'body'>,
  route: Pick<RouteDeclaration, 'method' | 'access' | 'form' | 'fromAnyPage'>,
  issuer: string,
): void {
  if (!changesSomething(route)) return;
  const { origin, 'channel-assertion': assertion } = event.headers;
  const judged = route.fromAnyPage ? 'never' : byOrigin[route.access];
  const believed = judged === 'never' || (judged === 'unless-asserted' && assertion !== undefined);
  if (!believed && origin !== undefined && origin !== issuer)
    throw new Problem('ORIGIN_NOT_ALLOWED', { portal: issuer });
  // A page can also send a body without any type.
  const wanted = route.form ? isForm : isJson;
  if (event.body && !wanted(event.headers['content-type'])) throw new Problem('MEDIA_TYPE_NOT_SUPPORTED');
}

/**
 * Parameters of the type, such as a charset, do not matter; other JSON types (`application/…+json`) mean something
 * else.
 */
const isForm = (type: string | undefined): boolean =>
  /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type ?? '');
const isJson = (type: string | undefined): boolean => /^\s*application\/json\s*(;|$)/i.test(type ?? '');
