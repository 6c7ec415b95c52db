import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import type { ClientKey } from './keys.ts';

/** The person who came: the part of the answer to a code that this system uses. */
export interface Visitor {
  /** The person's pseudonym for this sector; never the company. */
  readonly sub: string;
  /** The name of the hand-over; a logout token ends the hand-over by this name. */
  readonly sid: string;
  /** The masked name. */
  readonly name: string | undefined;
  readonly realNameLevel: number;
  /** How the person logged in: `urn:ahtax:2fa` or `urn:ahtax:face`. */
  readonly acr: string;
  /** For which company, in which role, with which permissions. */
  readonly taxpayer: TaxpayerDetail;
}

/** `authorization_details` of type `taxpayer`; for a natural person it contains only the kind. */
export interface TaxpayerDetail {
  readonly type: 'taxpayer';
  readonly identity: 'natural' | 'enterprise' | 'agency' | 'special';
  readonly subject?: string;
  readonly taxpayer?: { readonly ref: string; readonly name: string; readonly id?: string };
  readonly role?: string;
  readonly actions?: readonly string[];
  /** The last day, inclusive; null if there is none. */
  readonly valid_until?: string | null;
  readonly report_no?: string | null;
  readonly basis?: {
    readonly kind: string;
    readonly items?: readonly string[];
    readonly agency?: { readonly ref: string; readonly name: string; readonly id?: string };
  };
}

/** `authorization_details` of type `matter`: the person has shown the face for this matter. Times are epoch seconds. */
export interface MatterDetail {
  readonly type: 'matter';
  readonly matter: string;
  readonly at: number;
  /** The person's real-name level. */
  readonly level: number;
  readonly valid_until: number;
  /** The nonce that this system sent. */
  readonly nonce?: string;
}

/** A visitor, with the tokens by which this system asks about the visitor, from server to server. */
export interface Entry {
  readonly visitor: Visitor;
  readonly accessToken: string;
  /** The refresh token stays the same as long as the hand-over exists. */
  readonly refreshToken: string | undefined;
  /** Until this time the system believes what the bureau told; after that it asks again. */
  readonly until: Date;
  /** The matter, if the request asked for one. */
  readonly matter?: MatterDetail;
}

/** What the system must remember while the browser is at the bureau. */
export interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** The matter of risk that was asked for, and the nonce by which its answer is recognised. */
  readonly matter?: { readonly code: string; readonly nonce: string };
}

export interface BureauOptions {
  /** The bureau's address, without a slash at the end. */
  readonly issuer: string;
  readonly clientId: string;
  readonly key: Pick<ClientKey, 'kid' | 'privateKey'>;
  /** The address, exactly as registered. */
  readonly redirectUri: string;
  /** The address to which people return after 退出, as registered; without it they stay at the bureau. */
  readonly homeUri?: string;
  /** A clock, if it is not this machine's clock. */
  readonly now?: () => Date;
}
export type Bureau = ReturnType<typeof bureauOf>;

/** All calls to the bureau. The addresses come from the bureau's metadata, which are read at the first use. */
export function bureauOf({
  issuer,
  clientId,
  key,
  redirectUri,
  homeUri,
  now = () => new Date(),
}: BureauOptions) {
  let found: { readonly skew: number; readonly config: Promise<client.Configuration> } | undefined;
  function configuration(): Promise<client.Configuration> {
    // Seconds between the two clocks; on your own server this is 0.
    const skew = Math.round((now().getTime() - Date.now()) / 1000);
    if (found && Math.abs(found.skew - skew) < 5) return found.config;
    // On one machine there is no TLS. Everywhere else only https is used.
    const execute = issuer.startsWith('http://127.0.0.1:') ? [client.allowInsecureRequests] : [];
    const metadata = { [client.clockSkew]: skew };
    const authentication = client.PrivateKeyJwt({ key: key.privateKey, kid: key.kid });
    const config = client.discovery(new URL(issuer), clientId, metadata, authentication, { execute });
    found = { skew, config };
    // The bureau was not available; the next visitor reads the metadata again.
    config.catch(() => {
      found = undefined;
    });
    return config;
  }
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', issuer));

  return {
    /**
     * The address to which the browser goes. The request itself is pushed, so no address contains anything of it.
     * @param matter code of a matter of risk, for which the person shows the face at the bureau
     */
    async begin({ matter, ...more }: Asked = {}): Promise<{ url: URL; pending: Pending }> {
      const pending: Pending = {
        verifier: client.randomPKCECodeVerifier(),
        state: client.randomState(),
        nonce: client.randomNonce(),
        ...(matter === undefined ? {} : { matter: { code: matter, nonce: client.randomNonce() } }),
      };
      const url = await client.buildAuthorizationUrlWithPAR(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid profile',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...(pending.matter ? { authorization_details: detailsAsked(pending.matter) } : {}),
        ...more,
      });
      return { url, pending };
    },

    /**
     * The browser has come back. The library compares state, issuer and nonce, sends code and verifier to the bureau,
     * and checks the ID token's signature, audience and times.
     * @throws client.AuthorizationResponseError with the bureau's `error` if nobody came
     */
    async finish(query: string, { verifier, state, nonce, matter }: Pending): Promise<Entry> {
      const tokens = await client.authorizationCodeGrant(await configuration(), new URL(query, redirectUri), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const entry = entryOf(tokens, now());
      return matter ? { ...entry, matter: matterIn(tokens.authorization_details, matter) } : entry;
    },

    /**
     * Gets all data as they are at this moment. Call it only because of a request of the person, never by a timer: the
     * bureau counts the call as activity, and with a timer no session would ever be idle.
     * @throws an error for which `isOver` is true if the hand-over has ended
     */
    async renew(refreshToken: string): Promise<Entry> {
      const tokens = await client.refreshTokenGrant(await configuration(), refreshToken);
      return entryOf(tokens, now());
    },

    /**
     * Asks for whom the person acts, and with which permissions, at this moment. Call it before something that cannot
     * be undone.
     * @throws an error for which `isOver` is true if the hand-over has ended
     */
    async ask({ accessToken, visitor }: Entry): Promise<TaxpayerDetail> {
      const info = await client.fetchUserInfo(await configuration(), accessToken, visitor.sub);
      return taxpayerIn(info.authorization_details);
    },

    /** The person has left this system, so the bureau ends the hand-over too. */
    async giveBack(refreshToken: string): Promise<void> {
      await client.tokenRevocation(await configuration(), refreshToken);
    },

    /** The address at which the browser logs out of the bureau, and of every system that was entered from there. */
    async endSession({ sid }: Visitor): Promise<URL> {
      // The name of the hand-over is enough; unlike an ID token, it puts no personal data into an address.
      return client.buildEndSessionUrl(await configuration(), {
        logout_hint: sid,
        ...(homeUri === undefined ? {} : { post_logout_redirect_uri: homeUri }),
      });
    },

    /** The hand-over whose end a logout token tells. Throws if the token is not for this system. */
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

type Tokens = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;

function entryOf(tokens: Tokens, now: Date): Entry {
  const claims = tokens.claims();
  if (!claims) throw new Error('An answer without an ID token');
  return {
    visitor: {
      sub: claims.sub,
      sid: String(claims.sid),
      name: typeof claims.name === 'string' ? claims.name : undefined,
      realNameLevel: Number(claims.real_name_level),
      acr: String(claims.acr),
      taxpayer: taxpayerIn(tokens.authorization_details),
    },
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    until: new Date(now.getTime() + (tokens.expires_in ?? 0) * 1000),
  };
}

/** What a request may ask for in addition. */
type Asked = Readonly<Record<string, string>> & { readonly matter?: string };
const detailsAsked = ({ code, nonce }: NonNullable<Pending['matter']>): string =>
  JSON.stringify([{ type: 'matter', matter: code, nonce }]);

const listIn = (details: unknown) =>
  (Array.isArray(details) ? details : []) as readonly (TaxpayerDetail | MatterDetail)[];

function taxpayerIn(details: unknown): TaxpayerDetail {
  const found = listIn(details).find((detail) => detail.type === 'taxpayer');
  if (!found) throw new Error('An answer without a taxpayer');
  return found;
}

/** The answer to this request: with the same matter, and with the nonce of the request. */
function matterIn(details: unknown, { code, nonce }: NonNullable<Pending['matter']>): MatterDetail {
  const found = listIn(details).find((detail) => detail.type === 'matter');
  if (found?.matter !== code || found.nonce !== nonce) throw new Error('An answer without the matter');
  return found;
}

/** Whether the bureau says that the hand-over has ended. Every other error only means that nothing is known. */
export const isOver = (error: unknown): boolean =>
  (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') ||
  (error instanceof client.WWWAuthenticateChallengeError && error.status === 401);

/** The bureau's error code if nobody came, or a text for every other error. */
export const reasonOf = (error: unknown): string =>
  error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError
    ? error.error
    : 'failed';
