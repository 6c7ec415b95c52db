import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { verifyDpopProof } from '#crypto/dpop-proofs.ts';
import { type RpAccessToken, tokenRefused, verifyRpAccessToken } from '#crypto/rp-access-tokens.ts';
import { OAuthProblem, proofRefused, TokenMissing } from '#domain/oauth-problem.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';
import { spendDpopProof } from '#store/tickets/spent-once.ts';

/** Whose access token a call brings (SSO-7): what it stands on is the step's to look at. */
export interface ClientTokenCaller {
  readonly client: RelyingParty;
  readonly token: RpAccessToken;
}

type Event = Pick<APIGatewayProxyEventV2, 'headers' | 'rawPath' | 'requestContext'>;

/**
 * RFC 6750: in the header, or in the form of a POST; never in a query, and not in both. A token that is bound to a key comes
 * by the scheme DPoP with a proof of that key for this call and this token, and no other does (RFC 9449, 7).
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
  if (!found || (found.token.cnf !== undefined) !== (sent.scheme === 'dpop')) throw tokenRefused();
  if (found.token.cnf) await requireKey(ctx, event, found.token.cnf, sent.token, now);
  return found;
}

/** @throws OAuthProblem invalid_dpop_proof, also where the proof was seen before; invalid_token for another key */
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
  if (proof.jkt !== jkt) throw tokenRefused();
  if (!(await spendDpopProof(db, proof, now))) throw proofRefused();
}

/** The scheme's word has no case, and spaces may be several (RFC 9110). */
function inAuthorization(header: string | undefined): { scheme: string; token: string } | undefined {
  const [, scheme = '', token] = /^(Bearer|DPoP) +(\S+)$/i.exec(header ?? '') ?? [];
  return token === undefined ? undefined : { scheme: scheme.toLowerCase(), token };
}
