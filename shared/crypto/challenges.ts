import { randomInt } from 'node:crypto';
import { type Challenge, createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import * as v from 'valibot';
import { epochSeconds, fromEpochSeconds } from '#domain/epoch.ts';
import type { Policies } from '#domain/policies.ts';
import type { HandleKeys } from './keys.ts';

/**
 * Proof of work (LGN-12), ALTCHA version 2 with PBKDF2/SHA-256.
 *
 * The cost: a solver tries counters from 0; the right one lies evenly in 500…1500, so it takes 1000 derivations
 * of 2000 iterations on average: two million iterations, at most three. One thread of a recent
 * phone does some 3 million a second natively (about 0.7 s, at worst 1 s); the widget uses several. PBKDF2
 * rather than one plain hash a try, because there the call into WebCrypto would cost more than the hash and a
 * graphics card would win most. A bounded counter rather than a prefix, because nobody waits five times the mean.
 *
 * We pay one derivation (0.3 ms) to make a challenge and two HMACs to check one.
 */
const algorithm = 'PBKDF2/SHA-256';
const cost = 2000;
/** Four times the work, for the time in which the whole stage gets too many requests (SMS-4). */
const dearCost = 8000;
const lowestCounter = 500;
const highestCounter = 1500;

/** Larger than any honest payload (about 700 characters). */
const longestPayload = 4096;

export async function newChallenge(
  keys: HandleKeys,
  policies: Pick<Policies, 'challengeSeconds'>,
  now: Date,
  { dear = false }: { dear?: boolean } = {},
): Promise<Challenge> {
  return createChallenge({
    algorithm,
    cost: dear ? dearCost : cost,
    counter: randomInt(lowestCounter, highestCounter),
    deriveKey,
    expiresAt: epochSeconds(now) + policies.challengeSeconds,
    ...secrets(keys),
  });
}

const secrets = (keys: HandleKeys) => ({
  hmacSignatureSecret: `challenge ${keys.challengeKey.toString('hex')}`,
  hmacKeySignatureSecret: `solution ${keys.challengeKey.toString('hex')}`,
});

const hex = (length: number) => v.pipe(v.string(), v.regex(/^[0-9a-f]+$/), v.length(length));
const payloadSchema = v.object({
  challenge: v.object({
    parameters: v.strictObject({
      algorithm: v.literal(algorithm),
      nonce: hex(32),
      salt: hex(32),
      cost: v.picklist([cost, dearCost]),
      keyLength: v.literal(32),
      keyPrefix: hex(32),
      keySignature: hex(64),
      expiresAt: v.pipe(v.number(), v.integer()),
    }),
    signature: hex(64),
  }),
  solution: v.object({ counter: v.pipe(v.number(), v.integer()), derivedKey: hex(64) }),
});

export type SolutionCheck =
  | {
      readonly ok: true;
      readonly id: string;
      readonly expiresAt: Date;
      /** The challenge was of the more expensive kind. */
      readonly dear: boolean;
    }
  | { readonly ok: false };

/**
 * Checks a solution that the widget sent: base64 of JSON. Malformed, forged, expired and wrong solutions all answer
 * `ok: false`, at the cost of two HMACs at most; the sender cannot make us derive a key.
 * @returns `id`, which the store spends once and remembers until `expiresAt`.
 */
export async function checkSolution(keys: HandleKeys, payload: string, now: Date): Promise<SolutionCheck> {
  const parsed = v.safeParse(payloadSchema, decode(payload));
  if (!parsed.success) return { ok: false };
  const { challenge, solution } = parsed.output;
  const { nonce, expiresAt } = challenge.parameters;
  if (expiresAt <= epochSeconds(now)) return { ok: false };
  const result = await verifySolution({ challenge, solution, deriveKey, ...secrets(keys) });
  return result.verified
    ? {
        ok: true,
        id: nonce,
        expiresAt: fromEpochSeconds(expiresAt),
        dear: challenge.parameters.cost === dearCost,
      }
    : { ok: false };
}

function decode(payload: string): unknown {
  if (payload.length > longestPayload) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
