export interface CookieOptions {
  readonly maxAgeSeconds: number;
  /** `Lax` is also sent when another site's page leads here; `Strict` is not. */
  readonly sameSite: 'Lax' | 'Strict';
}

/**
 * A cookie of this host alone, out of reach of scripts.
 * @param name begins with `__Host-`, which browsers hold to what is set here
 */
export const hostCookie = (
  name: `__Host-${string}`,
  value: string,
  { maxAgeSeconds, sameSite }: CookieOptions,
): string =>
  `${name}=${value}; Path=/; HttpOnly; Secure; SameSite=${sameSite}; Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`;
