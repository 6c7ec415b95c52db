import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { clientAssertionType } from '#crypto/client-assertions.ts';
import { expectListed } from '../../support/answers.ts';
import type { Loose } from '../../support/client.ts';
import { expectStatus, type TestRuntime } from '../../support/runtime.ts';
import type { StandIn } from './rps.ts';

/**
 * The steps of a hand-over, one call each, for tests that change one of them. Complete journeys are in
 * relying-parties.test.ts.
 */

type Fields = Readonly<Record<string, string | undefined>>;
type Sent = Readonly<Record<string, string>>;

/** Parameters without those that a test removes (undefined). */
export const formOf = (fields: Fields): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );

/** What a tax system stores about a request that it began. */
export interface Begun {
  readonly id: string;
  /** The secret of the browser, as `name=value`. */
  readonly cookie: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** The browser brings a system's request; returns what the deciding page needs. */
export async function begin(runtime: TestRuntime, { client }: StandIn, changes: Fields = {}): Promise<Begun> {
  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = client.redirectUris[0] ?? '';
  const query = formOf({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: randomUUID(),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
  const answer = await fetch(`${runtime.url}/oauth2/authorize?${query}`, { redirect: 'manual' });
  const location = answer.headers.get('location') ?? '';
  const id = /\/sso#([\w-]+)$/.exec(location)?.[1];
  if (!id) throw new Error(`${answer.status} ${location}`);
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { id, cookie, verifier, redirectUri };
}

export interface Granted extends Pick<Begun, 'verifier' | 'redirectUri'> {
  readonly code: string;
}

/** The session's person is handed over, with the present identity or with the identity `choiceId`. */
export async function granted(
  runtime: TestRuntime,
  system: StandIn,
  token: string,
  { choiceId, ...changes }: Fields = {},
): Promise<Granted> {
  const { id, cookie, verifier, redirectUri } = await begin(runtime, system, changes);
  const reply = await runtime.http('POST', `/v1/sso/${id}/approve`, choiceId ? { choiceId } : {}, {
    token,
    cookie,
  });
  const { redirectTo } = expectStatus(reply, 200).body;
  return { code: new URL(redirectTo).searchParams.get('code') ?? '', verifier, redirectUri };
}

/** A `private_key_jwt` at the time of the runtime's clock. */
export function assertionOf(
  runtime: TestRuntime,
  { client: { clientId }, privateKey }: StandIn,
  claims: object = {},
): Promise<string> {
  const now = Math.floor(runtime.clock.now().getTime() / 1000);
  return new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: runtime.issuer,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(privateKey);
}

/** The token call. `changes` replaces fields of the form; undefined removes a field. */
export async function exchange(
  runtime: TestRuntime,
  system: StandIn,
  { code, verifier, redirectUri }: Granted,
  changes: Fields = {},
  headers: Sent = {},
): Promise<{ status: number; body: Loose; headers: Headers }> {
  const form = formOf({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_assertion_type: clientAssertionType,
    client_assertion: changes.client_assertion ?? (await assertionOf(runtime, system)),
    ...changes,
  });
  return postForm(runtime, '/oauth2/token', form, headers);
}

/** A call of a client with its assertion; `changes` as in `exchange`. */
export async function clientCall(
  runtime: TestRuntime,
  system: StandIn,
  path: string,
  fields: Fields,
  headers: Sent = {},
): Promise<{ status: number; body: Loose; headers: Headers }> {
  const form = formOf({
    client_assertion_type: clientAssertionType,
    client_assertion: fields.client_assertion ?? (await assertionOf(runtime, system)),
    ...fields,
  });
  return postForm(runtime, path, form, headers);
}

export const refresh = (
  runtime: TestRuntime,
  system: StandIn,
  refresh_token: string,
  changes: Fields = {},
  headers: Sent = {},
) =>
  clientCall(
    runtime,
    system,
    '/oauth2/token',
    { grant_type: 'refresh_token', refresh_token, ...changes },
    headers,
  );
export const introspection = (runtime: TestRuntime, system: StandIn, token: string, changes: Fields = {}) =>
  clientCall(runtime, system, '/oauth2/introspect', { token, ...changes });
export const revocation = (runtime: TestRuntime, system: StandIn, token: string, changes: Fields = {}) =>
  clientCall(runtime, system, '/oauth2/revoke', { token, ...changes });

/** @param how the place of the access token, and the method of the call */
export async function userinfo(
  runtime: TestRuntime,
  accessToken: string,
  how: 'get' | 'post-header' | 'post-body' = 'get',
  scheme = 'Bearer',
  more: Sent = {},
) {
  const headers = how === 'post-body' ? more : { authorization: `${scheme} ${accessToken}`, ...more };
  const body = how === 'post-body' ? new URLSearchParams({ access_token: accessToken }) : null;
  const method = how === 'get' ? 'GET' : 'POST';
  return answered(runtime, method, '/oauth2/userinfo', { headers, body });
}

export const postForm = (runtime: TestRuntime, path: string, form: URLSearchParams, headers: Sent = {}) =>
  answered(runtime, 'POST', path, { body: form, headers });

/** Throws if OpenAPI does not list the answer. */
async function answered(runtime: TestRuntime, method: string, path: string, init: RequestInit) {
  const answer = await fetch(runtime.url + path, { ...init, method });
  const text = await answer.text();
  const body: Loose = text === '' ? undefined : JSON.parse(text);
  expectListed(method, path, answer.status, body);
  return { status: answer.status, body, headers: answer.headers };
}
