import type { HandOverFacts } from './rp-access-tokens.ts';
import { signJwt } from './signed-tokens.ts';
import type { SigningRing } from './signing-ring.ts';

const idTokenType = 'JWT';

export interface IdTokenFacts extends HandOverFacts {
  readonly nonce: string | undefined;
  /** Masked; of those who were granted `profile`. */
  readonly name: string | undefined;
}

/** SSO-6: who came to this client and how they were authenticated (OpenID Connect Core, 2). No company, no number. */
export const newIdToken = (
  ring: SigningRing,
  { issuer, clientId, sid, told, nonce, name, lifetimeSeconds }: IdTokenFacts,
  now: Date,
): Promise<string> =>
  signJwt(
    ring,
    { typ: idTokenType, issuer, audience: clientId },
    {
      sub: told.sub,
      sid,
      auth_time: told.authTime,
      acr: told.acr,
      amr: [...told.amr],
      real_name_level: told.realNameLevel,
      identity: { ...told.identity },
      ...(nonce === undefined ? {} : { nonce }),
      ...(name === undefined ? {} : { name }),
    },
    lifetimeSeconds,
    now,
  );
