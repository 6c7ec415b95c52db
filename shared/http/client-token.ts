import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type RpAccessToken, tokenRefused, verifyRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { OAuthProblem, TokenMissing } from '#domain/oauth-problem.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';

/** Whose access token a call brings (SSO-7): what it stands on is the step's to look at. */
export interface ClientTokenCaller {
  readonly client: RelyingParty;
  readonly token: RpAccessToken;
}

/** RFC 6750: in the header, or in the form of a POST; never in a query, and not in both. */
export async function clientTokenOf(
  { settings, relyingParties, signing }: Pick<FlowContext, 'settings' | 'relyingParties' | 'signing'>,
  event: Pick<APIGatewayProxyEventV2, 'headers'>,
  { access_token: inForm }: Readonly<Record<string, string>>,
  now: Date,
): Promise<ClientTokenCaller> {
  const inHeader = inAuthorization(event.headers.authorization);
  if (inForm !== undefined && inHeader !== undefined)
    throw new OAuthProblem('invalid_request', 'The access token is sent in two ways');
  const token = inHeader ?? inForm;
  if (token === undefined) throw new TokenMissing();
  const found = await verifyRpAccessToken(signing, relyingParties, token, settings.issuer, now);
  if (!found) throw tokenRefused();
  return found;
}

/** The scheme's word has no case, and spaces may be several (RFC 9110). */
const inAuthorization = (header: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
