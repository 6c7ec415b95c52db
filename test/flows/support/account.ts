import type { Loose, Reply } from '../../support/client.ts';
import { person, type Sample } from '../../support/people.ts';
import { expectStatus, loggedInByFace, scanFace, type TestRuntime } from '../../support/runtime.ts';
import { settled } from '../../support/seed.ts';

/** A signed-in person, with calls in that session. */
export interface SignedIn extends Sample {
  readonly token: string;
  readonly sessionId: string;
  readonly cookie: string;
  readonly api: (method: string, path: string, body?: unknown) => Promise<Reply<Loose>>;
}

/** Logs in by face, which uses no SMS of the phone. */
export async function signIn(runtime: TestRuntime, who: Sample): Promise<SignedIn> {
  const { session, cookie } = await loggedInByFace(runtime, who);
  const token: string = session.accessToken;
  return {
    ...who,
    token,
    cookie,
    sessionId: session.sessionId,
    api: (method, path, body) => runtime.http(method, path, body, { token }),
  };
}

/** The session's next access token, because one lasts five minutes. */
export async function refreshed(runtime: TestRuntime, who: SignedIn): Promise<SignedIn> {
  const reply = expectStatus(
    await runtime.http('POST', '/v1/session/refresh', undefined, { cookie: who.cookie }),
    200,
  );
  const token: string = reply.body.session.accessToken;
  return {
    ...who,
    token,
    cookie: reply.cookie ?? '',
    api: (method, path, body) => runtime.http(method, path, body, { token }),
  };
}

/** A new person, registered and signed in. */
export const newcomer = async (runtime: TestRuntime, overrides: Partial<Sample> = {}, extra: object = {}) =>
  signIn(runtime, await settled(runtime, person(overrides), extra));

/** A passed face check of the account centre, as the proof for one call. */
export async function ownFace(
  runtime: TestRuntime,
  who: SignedIn,
  path = '/v1/account/face',
): Promise<string> {
  const scan = expectStatus(await who.api('POST', path), 201).body;
  expectStatus(await scanFace(runtime, scan.qrContent), 200);
  return scan.ticket;
}

/** The newest code sent to a phone. */
export const newestCode = (runtime: TestRuntime, phone: string): string =>
  runtime.sms(phone).find((message) => message.code)?.code ?? '';

/** Sends the code for adding a number and returns the code. */
export async function phoneCode(runtime: TestRuntime, who: SignedIn, phone: string): Promise<string> {
  expectStatus(await who.api('POST', '/v1/account/phones/sms', { phone }), 202);
  return newestCode(runtime, phone);
}

export async function addPhone(runtime: TestRuntime, who: SignedIn, phone: string, extra: object = {}) {
  const smsCode = await phoneCode(runtime, who, phone);
  return who.api('POST', '/v1/account/phones', { phone, smsCode, ...extra });
}

export const phonesOf = async (who: SignedIn): Promise<Loose[]> =>
  expectStatus(await who.api('GET', '/v1/account/phones'), 200).body.phones;

export const masked = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(7)}`;
