import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Access, changesSomething, type RouteDeclaration } from '#contract/flow.ts';
import { Problem } from '#domain/problem.ts';

/** Whose calls are judged by their Origin: `unless-asserted` where a Channel-Assertion, which no page can add, says who calls. */
const byOrigin: Readonly<Record<Access, 'always' | 'unless-asserted'>> = {
  public: 'always',
  'public-or-channel': 'unless-asserted',
  channel: 'unless-asserted',
  session: 'always',
  refresh: 'always',
};

/**
 * SES-2: no foreign page makes a browser change something here, or swaps its session for another one. Browsers name the
 * page's origin with every such call; and without asking us first they send no body as JSON. Judged before anything is
 * read. Calls without an Origin come from no page.
 * @throws Problem ORIGIN_NOT_ALLOWED, MEDIA_TYPE_NOT_SUPPORTED
 */
export function refuseForeignPages(
  event: Pick<APIGatewayProxyEventV2, 'headers' | 'body'>,
  route: Pick<RouteDeclaration, 'method' | 'access'>,
  issuer: string,
): void {
  if (!changesSomething(route)) return;
  const { origin, 'channel-assertion': assertion } = event.headers;
  const asserted = byOrigin[route.access] === 'unless-asserted' && assertion !== undefined;
  if (!asserted && origin !== undefined && origin !== issuer)
    throw new Problem('ORIGIN_NOT_ALLOWED', { portal: issuer });
  // No type at all is what a page can send, too.
  if (event.body && !isJson(event.headers['content-type'])) throw new Problem('MEDIA_TYPE_NOT_SUPPORTED');
}

/** Parameters, such as a charset, do not matter; JSON of other names (`application/…+json`) means something else. */
const isJson = (type: string | undefined): boolean => /^\s*application\/json\s*(;|$)/i.test(type ?? '');
