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

/** `authorization_details` of type `matter`: the person has shown the face for it. Times are epoch seconds. */
export interface MatterDetail {
  readonly type: 'matter';
  readonly matter: string;
  readonly at: number;
  /** The person's real-name level. */
  readonly level: number;
  readonly valid_until: number;
  /** What this system sent along. */
  readonly nonce?: string;
}

/** A visitor with what this system asks about them by, from server to server. */
export interface Entry {
  readonly visitor: Visitor;
  readonly accessToken: string;
  /** It stays the same as long as the hand-over holds. */
  readonly refreshToken: string | undefined;
  /** Until then what was told is believed; afterwards it is asked for anew. */
  readonly until: Date;
  /** Where the request asked one. */
  readonly matter?: MatterDetail;
}

/** What has to be remembered between sending a browser away and its return. */
export interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** A matter of risk that was asked, and what its answer is known by. */
  readonly matter?: { readonly code: string; readonly nonce: string };
}

export interface BureauOptions {
  /** The bureau's address, without a slash at the end. */
  readonly issuer: string;
  readonly clientId: string;
  readonly key: Pick<ClientKey, 'kid' | 'privateKey'>;
  /** Exactly as registered. */
  readonly redirectUri: string;
  /** Where people are after 退出, as registered; left out, they stay at the bureau. */
  readonly homeUri?: string;
  /** Another clock than this machine's. */
  readonly now?: () => Date;
}
export type Bureau = ReturnType<typeof bureauOf>;

/** Everything that is said to the bureau. Addresses are read out of its metadata, at the first use. */
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
    /**
     * Where the browser goes. The request itself is pushed, so that nothing of it stands in an address.
     * @param matter code of a matter of risk for which the person shows the face on the way
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
     * The browser is back. The library compares state, issuer and nonce, brings code and verifier to the bureau, and checks
     * the ID token's signature, audience and times.
     * @throws client.AuthorizationResponseError with the bureau's `error` where nobody came
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
     * Everything anew, as it stands at this moment. For a request of the person, never by a timer: the bureau counts it as a
     * sign of life, and nobody would ever be idle.
     * @throws an error for which `isOver` says yes, where the hand-over has ended
     */
    async renew(refreshToken: string): Promise<Entry> {
      const tokens = await client.refreshTokenGrant(await configuration(), refreshToken);
      return entryOf(tokens, now());
    },

    /**
     * For whom and with which permissions at this very moment: before something is done that cannot be taken back.
     * @throws an error for which `isOver` says yes, where the hand-over has ended
     */
    async ask({ accessToken, visitor }: Entry): Promise<TaxpayerDetail> {
      const info = await client.fetchUserInfo(await configuration(), accessToken, visitor.sub);
      return taxpayerIn(info.authorization_details);
    },

    /** The person has left this system: the bureau ends the hand-over, too. */
    async giveBack(refreshToken: string): Promise<void> {
      await client.tokenRevocation(await configuration(), refreshToken);
    },

    /** Where the browser goes to log out of the bureau, too, and of every system entered from there. */
    async endSession({ sid }: Visitor): Promise<URL> {
      // The name of the hand-over does as well as the ID token, and says nothing of anybody in an address.
      return client.buildEndSessionUrl(await configuration(), {
        logout_hint: sid,
        ...(homeUri === undefined ? {} : { post_logout_redirect_uri: homeUri }),
      });
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

/** What a request may ask beside the usual. */
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

/** The answer to this very question: the same matter, and the nonce that went with it. */
function matterIn(details: unknown, { code, nonce }: NonNullable<Pending['matter']>): MatterDetail {
  const found = listIn(details).find((detail) => detail.type === 'matter');
  if (found?.matter !== code || found.nonce !== nonce) throw new Error('An answer without the matter');
  return found;
}

/** The bureau says that the hand-over has ended; every other error says only that nothing is known. */
export const isOver = (error: unknown): boolean =>
  (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') ||
  (error instanceof client.WWWAuthenticateChallengeError && error.status === 401);

/** The bureau's own word for why nobody came, or that something else went wrong. */
export const reasonOf = (error: unknown): string =>
  error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError
    ? error.error
    : 'failed';
