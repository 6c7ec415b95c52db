import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import * as v from 'valibot';
import type { PersonHint } from '#domain/sso/authorization-requests.ts';
import type { LogoutHint } from '#domain/sso/logout-requests.ts';
import { isWhole } from '#domain/text.ts';
import type { HandOverFacts } from './rp-access-tokens.ts';
import { signJwt, verifyJwt } from './signed-tokens.ts';
import type { SigningRing } from './signing-ring.ts';

const idTokenType = 'JWT';

export interface IdTokenFacts extends HandOverFacts {
  readonly nonce: string | undefined;
  /** The masked name, for hand-overs that were granted the scope `profile`. */
  readonly name: string | undefined;
}

/**
 * SSO-6: tells a client who came and how the person was authenticated (OpenID Connect Core, 2). The token names no
 * company and no number.
 */
export const newIdToken = (
  ring: SigningRing,
  { issuer, clientId, sid, claims, nonce, name, lifetimeSeconds }: IdTokenFacts,
  now: Date,
): Promise<string> =>
  signJwt(
    ring,
    { typ: idTokenType, issuer, audience: clientId },
    {
      sub: claims.sub,
      sid,
      auth_time: claims.authTime,
      acr: claims.acr,
      amr: [...claims.amr],
      real_name_level: claims.realNameLevel,
      identity: { ...claims.identity },
      ...(nonce === undefined ? {} : { nonce }),
      ...(name === undefined ? {} : { name }),
    },
    lifetimeSeconds,
    now,
  );

const hintSchema = v.looseObject({ aud: v.string(), sid: v.string(), sub: v.string() });

/**
 * SSO-10: the hand-over that an ID token names. The token still works as a hint long after it expired, because it
 * proves only that we once gave it to this client. Undefined for a text that is no ID token of ours, or one older than
 * any session can be.
 * @param longestSession seconds
 */
export async function readIdTokenHint(
  ring: SigningRing,
  clientIds: readonly string[],
  token: string,
  issuer: string,
  now: Date,
  longestSession: number,
): Promise<LogoutHint | undefined> {
  const kind = { typ: idTokenType, issuer, audience: clientIds };
  const claims = v.safeParse(
    hintSchema,
    await verifyJwt(ring, token, kind, now, { outlivedSeconds: longestSession }),
  );
  return claims.success ? { clientId: claims.output.aud, sid: claims.output.sid } : undefined;
}

const personSchema = v.object({
  iss: v.string(),
  aud: v.string(),
  sub: v.pipe(v.string(), v.minLength(1), v.maxLength(255), v.check(isWhole)),
});

/**
 * SSO-9: the person whom an `id_token_hint` at the authorization endpoint means. The signature is not checked: a
 * request may also name a person by the claim `sub`, which has no signature, so a forged hint has no advantage. And the
 * function that strangers call has no signing key (docs/decisions/0043). Undefined for a text that is no ID token of
 * this issuer.
 */
export function personHintIn(token: string | undefined, issuer: string): PersonHint | undefined {
  if (token === undefined) return undefined;
  try {
    const claims = v.safeParse(personSchema, decodeJwt(token));
    // The type must be checked, because a logout token also names client and person (TOK-02).
    if (!claims.success || claims.output.iss !== issuer || decodeProtectedHeader(token).typ !== idTokenType)
      return undefined;
    const { aud: clientId, sub } = claims.output;
    return { clientId, sub };
  } catch (error) {
    // The library throws a TypeError for the header of a text that is no JWS.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
