import { createHash } from 'node:crypto';
import { type CryptoKey, decodeJwt, decodeProtectedHeader, errors, type JWK, jwtVerify } from 'jose';
import * as v from 'valibot';
import type { ChannelKeys } from '#contract/settings.ts';
import { fromEpochSeconds } from '#domain/epoch.ts';
import { type Channel, channels, type Role, roles } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import { importedKey } from './imported-keys.ts';

/** What a channel states about its call (CHN-1); trusted once the signature is verified. */
export interface Assertion {
  readonly channel: Channel;
  /** The store spends this id once; it is remembered until `expiresAt`. */
  readonly jti: string;
  /** The last instant at which this assertion could be accepted, clock skew included. */
  readonly expiresAt: Date;
  /** As the channel sent it, not yet normalised (DOC-2). */
  readonly person?: { readonly documentType: string; readonly documentNumber: string };
  readonly identity?: { readonly taxpayerId: string; readonly role: Role };
  readonly officer?: string;
  readonly office?: string;
}

export interface ExpectedCall {
  readonly issuer: string;
  readonly method: string;
  /** The path of the call, without query. */
  readonly path: string;
  /** The body's bytes as they were sent; none: empty. */
  readonly body: Uint8Array;
  /** Whether a hall has to sign the body too (setting `hallBodyHash`). */
  readonly hallBodyHash: boolean;
  readonly now: Date;
  /** The longest life of an assertion (policy `assertionSeconds`). */
  readonly maxSeconds: number;
}

const skewSeconds = 5;
const longestAssertion = 4096;

/**
 * A text that goes into the audit unchanged: no invisible characters, and no characters that were lost in transport
 * (DOC-2).
 */
const line = (longest: number) =>
  v.pipe(v.string(), v.regex(/^[^\p{C}\ufffd]+$/u), v.minLength(1), v.maxLength(longest));
/** A number as the channel has it; the code that reads the number folds it (DOC-2). */
const typed = v.pipe(v.string(), v.minLength(1), v.maxLength(40));
const claimsSchema = v.object({
  iss: v.picklist(channels),
  exp: v.number(),
  iat: v.optional(v.number()),
  jti: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{16,128}$/)),
  htm: v.string(),
  htu: v.string(),
  bsh: v.optional(v.string()),
  person: v.optional(
    v.strictObject({ documentType: v.pipe(v.string(), v.regex(/^\d{3}$/)), documentNumber: typed }),
  ),
  identity: v.optional(v.strictObject({ taxpayerId: typed, role: v.picklist(roles) })),
  officer: v.optional(line(64)),
  office: v.optional(line(64)),
});

/**
 * Verifies a Channel-Assertion: signed with ES256 by a key of the channel that it names, made for this call at this
 * issuer and for this body where it names one, not expired, and with no longer life than allowed. The store makes sure
 * that it is used once.
 * @throws Problem ASSERTION_INVALID for everything else, without a reason: only a forger would need one.
 */
export async function verifyAssertion(
  channelKeys: ChannelKeys,
  token: string,
  call: ExpectedCall,
): Promise<Assertion> {
  if (token.length > longestAssertion) throw new Problem('ASSERTION_INVALID');
  const payload = await verified(channelKeys, token, call);
  const result = v.safeParse(claimsSchema, payload);
  if (!result.success) throw new Problem('ASSERTION_INVALID');
  const { iss, exp, iat, jti, htm, htu, bsh, ...about } = result.output;
  const now = call.now.getTime() / 1000;
  const inTime =
    exp <= now + call.maxSeconds + skewSeconds &&
    (iat === undefined || (iat <= now + skewSeconds && exp - iat <= call.maxSeconds));
  // The audit records who acted at the counter (CHN-1): a hall's assertion without officer and office is refused.
  const named = iss !== 'hall' || (about.officer !== undefined && about.office !== undefined);
  const madeForIt = htm === call.method && htu === call.path && signsBody(bsh, iss, call);
  if (!inTime || !named || !madeForIt) throw new Problem('ASSERTION_INVALID');
  const { person, identity, officer, office } = about;
  return {
    channel: iss,
    jti,
    expiresAt: fromEpochSeconds(exp + skewSeconds),
    ...(person && { person }),
    ...(identity && { identity }),
    ...(officer !== undefined && { officer }),
    ...(office !== undefined && { office }),
  };
}

/** CHN-1: a body hash that is there must fit, whoever signed it; only a hall can be asked to sign one. */
const signsBody = (bsh: string | undefined, channel: Channel, call: ExpectedCall): boolean =>
  bsh === undefined
    ? channel !== 'hall' || !call.hallBodyHash
    : bsh === createHash('sha256').update(call.body).digest('base64url');

async function verified(channelKeys: ChannelKeys, token: string, call: ExpectedCall): Promise<unknown> {
  try {
    const channel = decodeJwt(token).iss;
    const { kid } = decodeProtectedHeader(token);
    for (const jwk of keysOf(channelKeys, channel, kid)) {
      const payload = await verifiedBy(await importedKey(jwk), token, call, channel);
      if (payload) return payload;
    }
  } catch (error) {
    // jose's decoders throw TypeError for a text that is no token at all.
    if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
  }
  throw new Problem('ASSERTION_INVALID');
}

/** The keys that may have signed: the key that the header names, or both keys during a rotation. */
function keysOf(channelKeys: ChannelKeys, channel: unknown, kid: unknown): JWK[] {
  const known = channels.find((name) => name === channel);
  const keys = (known && channelKeys[known]) ?? [];
  return kid === undefined ? keys : keys.filter((key) => key.kid === kid);
}

/** Null if this key did not sign it; any other fault is thrown. */
async function verifiedBy(
  key: CryptoKey,
  token: string,
  call: ExpectedCall,
  channel: unknown,
): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['ES256'],
      issuer: String(channel),
      audience: call.issuer,
      currentDate: call.now,
      clockTolerance: skewSeconds,
      requiredClaims: ['exp', 'jti', 'htm', 'htu'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return null;
    throw error;
  }
}
