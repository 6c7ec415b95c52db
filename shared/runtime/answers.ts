/** What a step returns. The contract lists the possible statuses and bodies. */
export interface Answer<Status extends number = number, Body = unknown> {
  readonly status: Status;
  readonly body: Body;
  readonly cookies?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}
type Extras = Pick<Answer, 'cookies' | 'headers'>;

export const ok = <B>(body: B, extras: Extras = {}): Answer<200, B> => ({ status: 200, body, ...extras });
export const created = <B>(body: B, extras: Extras = {}): Answer<201, B> => ({
  status: 201,
  body,
  ...extras,
});
export const accepted = <B>(body: B): Answer<202, B> => ({ status: 202, body });
/** Redirects the browser, always with GET: 303, never 302 or 307, which may send a form again (RFC 9700, 4.12). */
export const seeOther = (location: string, { cookies, headers }: Extras = {}): Answer<303, null> => ({
  status: 303,
  body: null,
  ...(cookies ? { cookies } : {}),
  headers: { ...headers, location },
});
/**
 * The portal's page that tells a person why they do not get to a tax system. The page explains the reason in the
 * person's language, and repeats nothing that was sent.
 */
export const ssoErrorAddress = (issuer: string, reason: string): string =>
  `${issuer}/sso/error?reason=${reason}`;
export const noContent = (extras: Extras = {}): Answer<204, null> => ({ status: 204, body: null, ...extras });
