import { solutionOf } from '../demo/challenge.ts';

/** The person who logs in, and where the code sent to them can be read. */
export interface Visitor {
  readonly account: string;
  readonly password: string;
  /**
   * Returns the newest code: a text that contains six digits, or the list of `GET /local/sms`. Without it the journey
   * ends after the password.
   */
  readonly code?: (() => Promise<string>) | undefined;
}

export interface Step {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * A step answered wrongly; the message names the step and how. The message never contains a body, which may hold what a
 * person typed.
 */
export class SmokeFailure extends Error {
  readonly step: string;
  constructor(step: string, what: string) {
    super(`${step}: ${what}`);
    this.step = step;
  }
}

type Answer = { status: number; body: Record<string, unknown>; cookies: string[] };

/**
 * What must work so that people can log in, through the public address alone: health, settings, keys, a refused login,
 * and with a visitor also a login, the session, its refresh and the logout. The journey leaves only audit events.
 * @throws SmokeFailure at the first step that answers wrongly
 */
export async function smoke(url: string, visitor?: Visitor, timeoutMs = 10_000): Promise<Step[]> {
  const steps: Step[] = [];
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    try {
      return await run();
    } catch (error) {
      if (error instanceof SmokeFailure) throw error;
      throw new SmokeFailure(name, error instanceof Error ? `${error.name} ${error.message}` : 'failed');
    } finally {
      steps.push({ name, milliseconds: Math.round(performance.now() - startedAt) });
    }
  };
  const ask = async (
    name: string,
    wanted: readonly number[],
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer = await fetch(url + path, {
      method,
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    const parsed = text.startsWith('{') ? JSON.parse(text) : {};
    if (
      parsed.code === 'CHALLENGE_REQUIRED' &&
      !wanted.includes(answer.status) &&
      !('challenge' in (body ?? {}))
    )
      return ask(name, wanted, method, path, { ...body, challenge: await solutionOf(parsed) }, headers);
    if (!wanted.includes(answer.status))
      throw new SmokeFailure(name, `answered ${answer.status} ${String(parsed.code ?? '')}`.trim());
    return { status: answer.status, body: parsed, cookies: answer.headers.getSetCookie() };
  };
  const get = (name: string, path: string, headers?: Record<string, string>) =>
    step(name, () => ask(name, [200], 'GET', path, undefined, headers));

  await get('health', '/v1/health');
  await get('settings', '/v1/config');
  const { body: jwks } = await get('keys', '/.well-known/jwks.json');
  if (!Array.isArray(jwks.keys) || jwks.keys.length === 0) throw new SmokeFailure('keys', 'has no key');
  await step('session refused', () => ask('session refused', [401], 'GET', '/v1/session'));
  if (!visitor) return steps;

  const { account, password, code } = visitor;
  const begun = await step('password', () =>
    ask('password', [201], 'POST', '/v1/logins', { entry: 'natural', account, password }),
  );
  const loginId = String(begun.body.loginId);
  if (!code) return steps;
  await step('code sent', () => ask('code sent', [202], 'POST', `/v1/logins/${loginId}/sms`, {}));
  const smsCode = await step('code arrived', () => newest(code));
  const opened = await step('second factor', () =>
    ask('second factor', [200], 'POST', `/v1/logins/${loginId}/verify`, { smsCode }),
  );
  const token = (opened.body.session as { accessToken?: string } | undefined)?.accessToken;
  if (!token) throw new SmokeFailure('second factor', 'opened no session');
  const signed = { authorization: `Bearer ${token}` };
  await get('session', '/v1/session', signed);
  const cookie = opened.cookies.map((one) => one.split(';')[0]).join('; ');
  const refreshed = await step('refresh', () =>
    ask('refresh', [200], 'POST', '/v1/session/refresh', undefined, { cookie }),
  );
  const fresh = {
    authorization: `Bearer ${String((refreshed.body.session as { accessToken?: string } | undefined)?.accessToken ?? token)}`,
  };
  await step('logout', () => ask('logout', [200, 204], 'DELETE', '/v1/session', undefined, fresh));
  await step('session over', () => ask('session over', [401], 'GET', '/v1/session', undefined, fresh));
  return steps;
}

/** A code takes a while to arrive: half a minute at most. */
async function newest(code: () => Promise<string>): Promise<string> {
  for (let second = 0; second < 30; second += 2) {
    const found = /(?<!\d)\d{6}(?!\d)/.exec(await code())?.[0];
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  throw new SmokeFailure('code arrived', 'no code in half a minute');
}

/** The newest code of a page or of the list of `GET /local/sms`. */
export const codeAt = (address: string) => async (): Promise<string> => {
  const text = await (await fetch(address, { signal: AbortSignal.timeout(10_000) })).text();
  if (!text.startsWith('[')) return text;
  const sent: { code?: string }[] = JSON.parse(text);
  return sent.find((one) => one.code !== undefined)?.code ?? '';
};
