import { timingSafeEqual } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { addressBeforePort } from '#runtime/addresses.ts';

/** The header that CloudFront adds to each request to us (infra/stacks/portal-stack.ts). */
export const originSecretHeader = 'x-origin-secret';
export const viewerAddressHeader = 'cloudfront-viewer-address';

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

/** A deployment without CloudFront has no secret and trusts no such header. */
function isOurs(shown: string | undefined): boolean {
  const secret = Buffer.from(process.env.ORIGIN_SECRET ?? '');
  const given = Buffer.from(shown ?? '');
  return secret.length > 0 && given.length === secret.length && timingSafeEqual(given, secret);
}
