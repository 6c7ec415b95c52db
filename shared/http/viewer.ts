import { timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { addressBeforePort } from '#runtime/addresses.ts';

/** The header that CloudFront adds to each request to us (infra/stacks/portal-stack.ts). */
export const originSecretHeader = 'x-origin-secret';
export const viewerAddressHeader = 'cloudfront-viewer-address';
export const viewerCityHeader = 'cloudfront-viewer-city';

/**
 * The caller's address, for budgets and the audit (LGN-12, AUD-1). Behind CloudFront the connection comes from an edge
 * server, which names the viewer's address. That address is used only together with the secret that nobody but our
 * distribution knows (API-01). A call that bypasses CloudFront is judged by the address of its connection.
 */
export function addressOf(event: Pick<APIGatewayProxyEventV2, 'headers' | 'requestContext'>): string {
  const { sourceIp } = event.requestContext.http;
  const viewer = event.headers[viewerAddressHeader];
  if (!viewer || !isOurs(event.headers[originSecretHeader])) return sourceIp;
  return addressBeforePort(viewer) ?? sourceIp;
}

/** Letters of any script, and the characters between them in names of cities. */
const cityName = /^\p{L}[\p{L}\p{M} .'’-]{0,59}$/u;

/**
 * The city that CloudFront derives from the caller's address, so that people recognise their own logins (SES-4). The
 * city is trusted under the same condition as the address. Undefined if CloudFront names no city, as for mobile
 * networks and in partition aws-cn, or if the text cannot be a city's name.
 */
export function localityOf({ headers }: Pick<APIGatewayProxyEventV2, 'headers'>): string | undefined {
  const sent = headers[viewerCityHeader];
  if (!sent || !namesCities() || !isOurs(headers[originSecretHeader])) return undefined;
  const city = decoded(sent)?.trim() ?? '';
  return cityName.test(city) ? city : undefined;
}

/**
 * In partition aws-cn CloudFront adds no such header, so a header that a viewer made up would reach us beside our
 * secret: a person who knows somebody's password could choose the city that the history shows.
 */
const namesCities = (): boolean => !process.env.AWS_REGION?.startsWith('cn-');

/** CloudFront sends letters outside ASCII percent-encoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A deployment without CloudFront has no secret and trusts no such header. */
function isOurs(shown: string | undefined): boolean {
  const secret = Buffer.from(process.env.ORIGIN_SECRET ?? '');
  const given = Buffer.from(shown ?? '');
  return secret.length > 0 && given.length === secret.length && timingSafeEqual(given, secret);
}
