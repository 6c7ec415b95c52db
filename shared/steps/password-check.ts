import { type StoredPassword, verifyPassword } from '#crypto/passwords.ts';
import { getKeys } from '#gateways/secrets.ts';
import type { House } from '#http/house.ts';

/**
 * Verifies against a stored hash. A hash whose pepper is newer than this container's copy of the secret (the pepper
 * was just rotated and another container re-hashed) makes it read the secret again instead of failing.
 */
export async function passwordMatches(
  h: Pick<House, 'keys' | 'settings'>,
  stored: StoredPassword,
  password: string,
) {
  const keys = h.keys.peppers.has(stored.pepperVersion) ? h.keys : await getKeys(stored.pepperVersion);
  return verifyPassword(stored, password, keys, h.settings.policies);
}
