import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Access, changesSomething, type RouteDeclaration } from '#contract/flow.ts';
import { Problem } from '#domain/problem.ts';

/**
 * Whose calls are judged by their Origin: `unless-asserted` where a Channel-Assertion, which no page can add, says who
 * calls; `never` where the body itself or a token does, and no cookie counts.
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
 * SES-2: no foreign page makes a browser change something here, or swaps its session for another one. Browsers name the
 * page's origin with every such call; and without asking us first they send no body as JSON. A form is what any page can
 * send: routes that take one are judged by the Origin alone. Judged before anything is
 * read. Calls without an Origin come from no page.
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
  // No type at all is what a page can send, too.
  const wanted = route.form ? isForm : isJson;
  if (event.body && !wanted(event.headers['content-type'])) throw new Problem('MEDIA_TYPE_NOT_SUPPORTED');
}

/** Parameters, such as a charset, do not matter; JSON of other names (`application/…+json`) means something else. */
const isForm = (type: string | undefined): boolean =>
  /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type ?? '');
const isJson = (type: string | undefined): boolean => /^\s*application\/json\s*(;|$)/i.test(type ?? '');
