import { createHash } from 'node:crypto';
import type { Assertion } from '#crypto/assertions.ts';
import type { DpopProof } from '#crypto/dpop-proofs.ts';
import { newHandle } from '#crypto/random.ts';
import { epochSeconds } from '#domain/epoch.ts';
import { invalidDpopProof } from '#domain/sso/oauth-problem.ts';
import { countUpdate } from '../dynamodb/counters.ts';
import { absent, any, equals } from '../dynamodb/expressions.ts';
import type { Db, Write } from '../dynamodb/tables.ts';
import { ttlAfter } from './ticket-times.ts';

/** CHN-1: an assertion works once. False if it was used before. */
export const spendAssertion = (
  db: Db,
  assertion: Pick<Assertion, 'channel' | 'jti' | 'expiresAt'>,
  now: Date,
): Promise<boolean> =>
  spendOnce(
    db,
    `a_${assertion.channel}_${createHash('sha256').update(assertion.jti).digest('base64url')}`,
    assertion.expiresAt,
    now,
  );

/** LGN-12: a solved challenge works once. False if it was used before. */
export const spendChallenge = (db: Db, challengeId: string, expiresAt: Date, now: Date): Promise<boolean> =>
  spendOnce(db, `c_${createHash('sha256').update(challengeId).digest('base64url')}`, expiresAt, now);

export function spendOnce(db: Db, ticketKey: string, expiresAt: Date, now: Date): Promise<boolean> {
  const until = epochSeconds(expiresAt);
  // The same request, repeated because its answer was lost, is no second use.
  const usedBy = newHandle();
  return db.put({
    table: 'Tickets',
    put: {
      ticketKey,
      kind: 'once',
      usedBy,
      expiresAt: until,
      ttl: ttlAfter(Math.max(until, epochSeconds(now))),
    },
    condition: any(absent('ticketKey'), equals('usedBy', usedBy)),
  });
}

/** The same inside a transaction, which is refused as a whole if the item was used before. */
export function spendOncePut(ticketKey: string, expiresAt: Date, now: Date, onRefused: () => Error): Write {
  const until = epochSeconds(expiresAt);
  return {
    table: 'Tickets',
    put: { ticketKey, kind: 'once', expiresAt: until, ttl: ttlAfter(Math.max(until, epochSeconds(now))) },
    condition: absent('ticketKey'),
    onRefused,
  };
}

const dpopProofKey = ({ jkt, jti }: DpopProof): string =>
  `d_${createHash('sha256').update(`${jkt}\n${jti}`).digest('base64url')}`;

/** RFC 9449, 11.1: a proof works once, whichever call it was for. False if it was used before. */
export const spendDpopProof = (db: Db, proof: DpopProof, now: Date): Promise<boolean> =>
  spendOnce(db, dpopProofKey(proof), proof.expiresAt, now);

/** The same inside a transaction: `invalid_dpop_proof` if the proof was used before, and then nothing is written. */
export const dpopProofPut = (proof: DpopProof, now: Date): Write =>
  spendOncePut(dpopProofKey(proof), proof.expiresAt, now, invalidDpopProof);

/**
 * LGN-12: counts a request of an address in the running window; returns how many there were, this one included.
 * @param by -1 takes one back
 */
export async function countAddress(
  db: Db,
  addressKey: string,
  now: Date,
  windowSeconds: number,
  by: 1 | -1 = 1,
): Promise<number> {
  const start = Math.floor(epochSeconds(now) / windowSeconds) * windowSeconds;
  const counter = {
    ticketKey: `b_${addressKey}_${start}`,
    kind: 'budget',
    counts: 'count',
    ttl: start + 2 * windowSeconds,
  };
  const written = await db.update<{ count: number }>(countUpdate(counter, { by }));
  return written.ok ? written.item.count : Number.POSITIVE_INFINITY;
}
