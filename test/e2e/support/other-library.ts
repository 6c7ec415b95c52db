import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import type { TestRuntime } from '../../support/runtime.ts';

/** A tax system written with oauth4webapi, on another site than the bureau; the example uses openid-client. */
export interface OtherSystem {
  readonly client: RelyingPartyInput;
  readonly origin: string;
  /** The `sid` of each logout token that it was posted and believed. */
  readonly told: readonly unknown[];
  /** From now on it works with this bureau and lives in its time. */
  meet(runtime: TestRuntime): void;
  stop(): void;
}
interface Entered {
  readonly sid: unknown;
  readonly details: string;
  readonly refreshToken: string;
}

export async function otherSystem(clientId: string): Promise<OtherSystem> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { x = '', y = '' } = await exportJWK(publicKey);
  const kid = 'k1';
  const told: unknown[] = [];
  let handle: Handler = async (_, response) => void response.writeHead(503).end();
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  return {
    origin,
    told,
    client: {
      clientId,
      name: { zh: '登记系统', en: 'Registration' },
      sector: 'registration',
      redirectUris: [`${origin}/callback`],
      backchannelLogoutUri: `http://127.0.0.1:${port}/told`,
      keys: [{ kid, kty: 'EC', crv: 'P-256', x, y }],
      resources: [{ uri: `${origin}/api` }],
      accepts: { kinds: ['enterprise'] },
    },
    meet: (runtime) => {
      const byKey = oauth.PrivateKeyJwt({ key: privateKey as oauth.CryptoKey, kid });
      handle = pagesOf({ runtime, clientId, origin, byKey, told });
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

type Handler = (incoming: IncomingMessage, response: ServerResponse) => Promise<void>;
interface Parts {
  readonly runtime: TestRuntime;
  readonly clientId: string;
  readonly origin: string;
  readonly byKey: oauth.ClientAuth;
  readonly told: unknown[];
}

function pagesOf({ runtime, clientId, origin, byKey, told }: Parts): Handler {
  const issuer = new URL(runtime.issuer);
  const plain = { [oauth.allowInsecureRequests]: true };
  const self = (): oauth.Client => ({
    client_id: clientId,
    [oauth.clockSkew]: Math.round((runtime.clock.now().getTime() - Date.now()) / 1000),
  });
  const bureau = async () =>
    oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, plain));
  const begun = new Map<string, { verifier: string; nonce: string }>();
  const entered = new Map<string, Entered>();
  const redirectUri = `${origin}/callback`;
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', runtime.issuer));
  const text = (response: ServerResponse, said: string) =>
    void response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(said);

  return async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', origin);
    const browser = /other=([\w-]+)/.exec(incoming.headers.cookie ?? '')?.[1] ?? '';
    switch (url.pathname) {
      case '/':
        return text(response, entered.get(browser)?.details ?? '尚未登录');
      case '/login': {
        const verifier = oauth.generateRandomCodeVerifier();
        const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
        const as = await bureau();
        const pushed = await oauth.pushedAuthorizationRequest(
          as,
          self(),
          byKey,
          {
            response_type: 'code',
            redirect_uri: redirectUri,
            scope: 'openid profile',
            state,
            nonce,
            code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
            code_challenge_method: 'S256',
          },
          plain,
        );
        const { request_uri } = await oauth.processPushedAuthorizationResponse(as, self(), pushed);
        begun.set(state, { verifier, nonce });
        const location = new URL(as.authorization_endpoint ?? '');
        location.search = new URLSearchParams({ client_id: clientId, request_uri }).toString();
        return void response.writeHead(303, { location: location.href }).end();
      }
      case '/callback': {
        const state = url.searchParams.get('state') ?? '';
        const { verifier = '', nonce = '' } = begun.get(state) ?? {};
        begun.delete(state);
        const as = await bureau();
        const back = oauth.validateAuthResponse(as, self(), url, state);
        const answer = await oauth.authorizationCodeGrantRequest(
          as,
          self(),
          byKey,
          back,
          redirectUri,
          verifier,
          plain,
        );
        const tokens = await oauth.processAuthorizationCodeResponse(as, self(), answer, {
          expectedNonce: nonce,
          requireIdToken: true,
        });
        await oauth.validateApplicationLevelSignature(as, answer, plain);
        const id = randomUUID();
        entered.set(id, {
          sid: oauth.getValidatedIdTokenClaims(tokens)?.sid,
          details: JSON.stringify(tokens.authorization_details),
          refreshToken: tokens.refresh_token ?? '',
        });
        const cookie = `other=${id}; HttpOnly; SameSite=Lax; Path=/`;
        return void response.writeHead(303, { location: '/', 'set-cookie': cookie }).end();
      }
      case '/refresh': {
        const as = await bureau();
        const { refreshToken = '' } = entered.get(browser) ?? {};
        const answer = await oauth.refreshTokenGrantRequest(as, self(), byKey, refreshToken, plain);
        const { authorization_details } = await oauth.processRefreshTokenResponse(as, self(), answer);
        return text(response, JSON.stringify(authorization_details));
      }
      case '/told': {
        let body = '';
        for await (const part of incoming) body += part;
        const { payload } = await jwtVerify(new URLSearchParams(body).get('logout_token') ?? '', keys, {
          issuer: runtime.issuer,
          audience: clientId,
          typ: 'logout+jwt',
          algorithms: ['ES256'],
          currentDate: runtime.clock.now(),
        });
        told.push(payload.sid);
        for (const [id, { sid }] of entered) if (sid === payload.sid) entered.delete(id);
        return void response.writeHead(204).end();
      }
      default:
        return void response.writeHead(404).end();
    }
  };
}
