import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { RelyingPartyInput } from '#contract/relying-parties.ts';
import { clientAssertionType } from '#crypto/client-assertions.ts';
import { defaultMatters } from '#domain/factors/matters.ts';
import { expectListed } from '../../support/answers.ts';
import type { Loose } from '../../support/client.ts';
import { expectStatus, type TestRuntime } from '../../support/runtime.ts';
import { row } from '../../support/watched.ts';

/** The client side of a tax system: it sends browsers, and proves itself with its key. */
export interface TaxSystem {
  readonly client: RelyingPartyInput;
  /** @param changes claims; undefined removes a claim */
  assertion(runtime: TestRuntime, changes?: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function taxSystem(
  clientId: string,
  facts: Partial<RelyingPartyInput> = {},
): Promise<TaxSystem> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const { x = '', y = '' } = await exportJWK(publicKey);
  const origin = `https://${clientId}.example.cn`;
  return {
    client: {
      clientId,
      name: { zh: `${clientId}系统`, en: `System ${clientId}` },
      sector: 'filing',
      redirectUris: [`${origin}/back`],
      backchannelLogoutUri: `${origin}/logout`,
      keys: [{ kid: 'k1', kty: 'EC', crv: 'P-256', x, y }],
      resources: [{ uri: `${origin}/api` }],
      accepts: { kinds: ['natural', 'enterprise', 'agency', 'special'] },
      matters: defaultMatters.map(({ code }) => code),
      ...facts,
    },
    assertion: (runtime, changes = {}) => {
      const at = Math.floor(runtime.clock.now().getTime() / 1000);
      const claims = {
        iss: clientId,
        sub: clientId,
        aud: runtime.issuer,
        jti: randomUUID(),
        iat: at,
        exp: at + 60,
        ...changes,
      };
      const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(present).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
    },
  };
}

/** A verifier, and the challenge that a request contains (RFC 7636). */
export const newVerifier = (): string => randomBytes(32).toString('base64url');
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('base64url');

export type Parameters = Readonly<Record<string, string | undefined>>;
export const verifier = newVerifier();

/**
 * A valid request.
 * @param changes undefined removes a parameter
 */
export const requestOf = ({ client }: TaxSystem, changes: Parameters = {}): Parameters => ({
  client_id: client.clientId,
  redirect_uri: client.redirectUris[0],
  response_type: 'code',
  scope: 'openid profile',
  state: 'state-of-the-system',
  nonce: 'nonce-of-the-system',
  code_challenge: challengeOf(verifier),
  code_challenge_method: 'S256',
  ...changes,
});
export const queryOf = (parameters: Parameters): string =>
  new URLSearchParams(
    Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

/** The answer that a browser gets. */
export interface Sent {
  readonly status: number;
  readonly location: string;
  readonly headers: Headers;
  /** The secret of the request, as the browser sends it back. */
  readonly cookie: string;
  /** The id of the request, if the deciding page comes next. */
  readonly id: string;
}

async function sent(call: Promise<Response>): Promise<Sent> {
  const { status, headers, url } = await call;
  expectListed('GET', new URL(url).pathname, status, undefined);
  const location = headers.get('location') ?? '';
  return {
    status,
    location,
    headers,
    cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '',
    id: /\/sso#([\w-]{32})$/.exec(location)?.[1] ?? '',
  };
}

/** A browser calls the authorization endpoint with this query. */
export const authorize = (runtime: TestRuntime, query: string | Parameters): Promise<Sent> =>
  sent(
    fetch(`${runtime.url}/oauth2/authorize?${typeof query === 'string' ? query : queryOf(query)}`, {
      redirect: 'manual',
    }),
  );
/** The same by a form of another origin. */
export const authorizeByForm = (runtime: TestRuntime, parameters: Parameters): Promise<Sent> =>
  sent(
    fetch(`${runtime.url}/oauth2/authorize`, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        origin: 'https://elsewhere.example.cn',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: queryOf(parameters),
    }),
  );

/** A browser that a system sent, before the decision. */
export async function asked(
  runtime: TestRuntime,
  system: TaxSystem,
  changes: Parameters = {},
): Promise<Sent> {
  const answer = await authorize(runtime, requestOf(system, changes));
  if (answer.status !== 303 || answer.id === '') throw new Error(`${answer.status} ${answer.location}`);
  return answer;
}

/**
 * A call of a client with its assertion; throws if OpenAPI does not list the answer.
 * @param form the other fields
 */
export async function clientCall(
  runtime: TestRuntime,
  system: TaxSystem,
  path: string,
  form: Parameters,
  assertion?: string,
): Promise<{ status: number; body: Loose; headers: Headers }> {
  const answer = await fetch(runtime.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: queryOf({
      client_assertion_type: clientAssertionType,
      client_assertion: assertion ?? (await system.assertion(runtime)),
      ...form,
    }),
  });
  const body: Loose = await answer.json();
  expectListed('POST', path, answer.status, body);
  return { status: answer.status, body, headers: answer.headers };
}
export const pushed = (
  runtime: TestRuntime,
  system: TaxSystem,
  changes: Parameters = {},
  assertion?: string,
) => clientCall(runtime, system, '/oauth2/par', requestOf(system, changes), assertion);

type Browser = Pick<Sent, 'id' | 'cookie'>;
/** The calls of the deciding page. */
export const pageOf = (runtime: TestRuntime, { id, cookie }: Browser, token?: string) => {
  const call = (method: string, step: string, body?: object) =>
    runtime.http(method, `/v1/sso/${id}${step}`, body, { cookie, ...(token ? { token } : {}) });
  return {
    system: () => call('GET', '/system'),
    show: () => call('GET', ''),
    approve: (body: object = {}) => call('POST', '/approve', body),
    stepUp: (body: object = {}) => call('POST', '/step-up', body),
    refuse: () => call('POST', '/refuse', {}),
    leave: () => call('POST', '/leave', {}),
  };
};

/** The address to which a decision sends the browser, in its parts. */
export const answerIn = (redirectTo: string): Record<string, string> => {
  const { origin, pathname, searchParams } = new URL(redirectTo);
  return { to: origin + pathname, ...Object.fromEntries(searchParams) };
};

/** Hands over a logged-in person; returns the code. */
export async function codeFrom(
  runtime: TestRuntime,
  system: TaxSystem,
  token: string,
  changes: Parameters = {},
): Promise<string> {
  const browser = await asked(runtime, system, changes);
  const reply = expectStatus(await pageOf(runtime, browser, token).approve(), 200);
  return answerIn(reply.body.redirectTo).code ?? '';
}

const hashed = (text: string) => createHash('sha256').update(text).digest('base64url');
/** The row of a request or of a code. */
export const ticketRow = (runtime: TestRuntime, secret: string): Promise<Loose> =>
  row(runtime, 'Tickets', { ticketKey: `t_${hashed(secret)}` });
