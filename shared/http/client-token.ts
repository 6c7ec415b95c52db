import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { verifyDpopProof } from '#crypto/dpop-proofs.ts';
import { invalidToken, type RpAccessToken, verifyRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { invalidDpopProof, OAuthProblem, TokenMissing } from '#domain/sso/oauth-problem.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';
import { spendDpopProof } from '#store/tickets/spent-once.ts';

/**
 * The relying party whose access token a call brings (SSO-7). The step checks whether the hand-over behind the token
 * still holds.
 */
export interface ClientTokenCaller {
  readonly client: RelyingParty;
  readonly token: RpAccessToken;
}

type Event = Pick<APIGatewayProxyEventV2, 'headers' | 'rawPath' | 'requestContext'>;

/**
 * RFC 6750: the token comes in the header, or in the form of a POST; never in a query, and not in two places. A token
 * that is bound to a key comes with the scheme DPoP and a proof of that key for this call and this token; no other
 * token may use that scheme (RFC 9449, 7).
 */
export async function clientTokenOf(
  ctx: Pick<FlowContext, 'db' | 'settings' | 'relyingParties' | 'signing'>,
  event: Event,
  { access_token: inForm }: Readonly<Record<string, string>>,
  now: Date,
): Promise<ClientTokenCaller> {
  const { settings, relyingParties, signing } = ctx;
  const inHeader = inAuthorization(event.headers.authorization);
  if (inForm !== undefined && inHeader !== undefined)
    throw new OAuthProblem('invalid_request', 'The access token is sent in two ways');
  const sent = inHeader ?? (inForm === undefined ? undefined : { scheme: 'bearer', token: inForm });
  if (sent === undefined) throw new TokenMissing();
  const found = await verifyRpAccessToken(signing, relyingParties, sent.token, settings.issuer, now);
  if (!found || (found.token.cnf !== undefined) !== (sent.scheme === 'dpop')) throw invalidToken();
  if (found.token.cnf) await requireKey(ctx, event, found.token.cnf, sent.token, now);
  return found;
}

/** @throws OAuthProblem invalid_dpop_proof, also if the proof was used before; invalid_token for another key */
async function requireKey(
  { db, settings }: Pick<FlowContext, 'db' | 'settings'>,
  { headers, rawPath, requestContext }: Event,
  { jkt }: { readonly jkt: string },
  accessToken: string,
  now: Date,
): Promise<void> {
  const uri = settings.issuer + rawPath;
  const call = { method: requestContext.http.method, uri, accessToken, now };
  const proof = await verifyDpopProof(headers.dpop ?? '', call);
  if (proof.jkt !== jkt) throw invalidToken();
  if (!(await spendDpopProof(db, proof, now))) throw invalidDpopProof();
}

/** The scheme's name is not case-sensitive and may be followed by several spaces (RFC 9110). */
function inAuthorization(header: string | undefined): { scheme: string; token: string } | undefined {
  const [, scheme = '', token] = /^(Bearer|DPoP) +(\S+)$/i.exec(header ?? '') ?? [];
  return token === undefined ? undefined : { scheme: scheme.toLowerCase(), token };
}
