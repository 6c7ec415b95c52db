import { hostCookie } from '#http/cookies.ts';
import { ok } from '#runtime/answers.ts';
import { browserCookie } from '#store/tickets/sso-requests.ts';

/** The request is decided: the browser goes to the system and drops its secret, which is useless now. */
export const redirectToSystem = (id: string, redirectTo: string) =>
  ok({ redirectTo }, { cookies: [hostCookie(browserCookie(id), '', { maxAgeSeconds: 0, sameSite: 'Lax' })] });
