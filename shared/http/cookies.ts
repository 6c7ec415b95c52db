export interface CookieOptions {
  readonly maxAgeSeconds: number;
  /** `Lax` cookies are also sent when a link on another site leads here; `Strict` cookies are not. */
  readonly sameSite: 'Lax' | 'Strict';
}

/**
 * A cookie for this host only, which scripts cannot read.
 * @param name begins with `__Host-`, which makes browsers enforce these attributes
 */
export const hostCookie = (
  name: `__Host-${string}`,
  value: string,
  { maxAgeSeconds, sameSite }: CookieOptions,
): string =>
  `${name}=${value}; Path=/; HttpOnly; Secure; SameSite=${sameSite}; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
