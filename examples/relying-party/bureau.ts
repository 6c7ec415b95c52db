import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import type { ClientKey } from './keys.ts';

/** Whoever came: the answer to a code, as far as this system uses it. */
export interface Visitor {
  /** The person, at this sector. Never the company. */
  readonly sub: string;
  /** The name of the hand-over, by which a logout token ends it. */
  readonly sid: string;
  /** Masked. */
  readonly name: string | undefined;
  readonly realNameLevel: number;
  /** How they logged in: `urn:ahtax:2fa` or `urn:ahtax:face`. */
  readonly acr: string;
  /** Whom for, in which role, with which permissions. */
  readonly taxpayer: TaxpayerDetail;
}

/** `authorization_details` of type `taxpayer`; of natural persons there is nothing but the kind. */
export interface TaxpayerDetail {
  readonly type: 'taxpayer';
  readonly identity: 'natural' | 'enterprise' | 'agency' | 'special';
  readonly subject?: string;
  readonly taxpayer?: { readonly ref: string; readonly name: string; readonly id?: string };
  readonly role?: string;
  readonly actions?: readonly string[];
  /** The last day, inclusive; null where there is none. */
  readonly valid_until?: string | null;
  readonly report_no?: string | null;
  readonly basis?: {
    readonly kind: string;
    readonly items?: readonly string[];
    readonly agency?: { readonly ref: string; readonly name: string; readonly id?: string };
  };
}

/** What has to be remembered between sending a browser away and its return. */
export interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

export interface BureauOptions {
  /** The bureau's address, without a slash at the end. */
  readonly issuer: string;
  readonly clientId: string;
  readonly key: Pick<ClientKey, 'kid' | 'privateKey'>;
  /** Exactly as registered. */
  readonly redirectUri: string;
  /** Another clock than this machine's. */
  readonly now?: () => Date;
}
export type Bureau = ReturnType<typeof bureauOf>;

/** Everything that is said to the bureau. Addresses are read out of its metadata, at the first use. */
export function bureauOf({ issuer, clientId, key, redirectUri, now = () => new Date() }: BureauOptions) {
  let found: { readonly skew: number; readonly config: Promise<client.Configuration> } | undefined;
  function configuration(): Promise<client.Configuration> {
    // Seconds between the two clocks; on a server of your own it is 0.
    const skew = Math.round((now().getTime() - Date.now()) / 1000);
    if (found && Math.abs(found.skew - skew) < 5) return found.config;
    // On one machine there is no TLS. Elsewhere nothing but https is spoken.
    const execute = issuer.startsWith('http://127.0.0.1:') ? [client.allowInsecureRequests] : [];
    const metadata = { [client.clockSkew]: skew };
    const authentication = client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid });
    const config = client.discovery(new URL(issuer), clientId, metadata, authentication, { execute });
    found = { skew, config };
    // Not there just now: the next visitor asks again.
    config.catch(() => {
      found = undefined;
    });
    return config;
  }
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));

  return {
    /** Where the browser goes. The request itself is pushed, so that nothing of it stands in an address. */
    async begin(more: Readonly<Record<string, string>> = {}): Promise<{ url: URL; pending: Pending }> {
      const pending = {
        verifier: client.randomPKCECodeVerifier(),
        state: client.randomState(),
        nonce: client.randomNonce(),
      };
      const url = await client.buildAuthorizationUrlWithPAR(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...more,
      });
      return { url, pending };
    },

    /**
     * The browser is back. The library compares state, issuer and nonce, brings code and verifier to the bureau, and checks
     * the ID token's signature, audience and times.
     * @throws client.AuthorizationResponseError with the bureau's `error` where nobody came
     */
    async finish(query: string, { verifier, state, nonce }: Pending): Promise<Visitor> {
      const tokens = await client.authorizationCodeGrant(await configuration(), new URL(query, redirectUri), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const details = (tokens.authorization_details ?? []) as unknown as TaxpayerDetail[];
      const taxpayer = details.find(({ type }) => type === 'taxpayer');
      if (!claims || !taxpayer) throw new Error('An answer without an ID token or a taxpayer');
      return {
        sub: claims.sub,
        sid: String(claims.sid),
        name: typeof claims.name === 'string' ? claims.name : undefined,
        realNameLevel: Number(claims.real_name_level),
        acr: String(claims.acr),
        taxpayer,
      };
    },

    /** The hand-over that a logout token says is over. Throws where it is no token for this system. */
    async ended(logoutToken: string): Promise<{ sid: string; sub: string }> {
      const { payload } = await jwtVerify(logoutToken, keys, {
        algorithms: ['ES256'],
        typ: 'logout+jwt',
        issuer,
        audience: clientId,
        currentDate: now(),
        requiredClaims: ['iat', 'exp', 'jti'],
      });
      const events = payload.events as Record<string, unknown> | undefined;
      if (!events?.['http://schemas.openid.net/event/backchannel-logout'] || 'nonce' in payload)
        throw new Error('A token of something else');
      return { sid: String(payload.sid), sub: String(payload.sub) };
    },
  };
}

/** The bureau's own word for why nobody came, or that something else went wrong. */
export const reasonOf = (error: unknown): string =>
  error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError
    ? error.error
    : 'failed';
