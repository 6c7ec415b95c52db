import { createHash } from 'node:crypto';
import { constantTimeEqual } from './keys.ts';

/** RFC 7636, S256: whether this verifier is the one whose hash the request carried. */
export const verifierMatches = (verifier: string, challenge: string): boolean =>
  /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier) &&
  constantTimeEqual(createHash('sha256').update(verifier).digest('base64url'), challenge);
