import { epochSeconds } from '#domain/epoch.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import { above, absent, all, below, copyOf, equals } from '../dynamodb/expressions.ts';
import type { Db } from '../dynamodb/tables.ts';
import { endedProblem, endOf } from './session-end.ts';
import type { Session } from './session-row.ts';

/**
 * How many turns are remembered; within the grace no more are made, so a token that turns very fast stays the same.
 * Turns that were forgotten are therefore always older than the grace.
 */
const rotationsRemembered = 8;

export const noRotations: readonly number[] = Array.from({ length: rotationsRemembered }, () => 0);

/** DynamoDB reads all operands before it writes: each turn moves on by one place. */
const recordRotation = (at: number) =>
  Object.fromEntries(
    noRotations.map((_, i) => [`turnedAt[${i}]`, i === 0 ? at : copyOf(`turnedAt[${i - 1}]`)]),
  );

/** What the table stores of a refresh token. */
interface TokenHash {
  readonly sessionId: string;
  readonly hash: string;
}

/**
 * SES-2: replaces the refresh token by its successor, in one write whose condition is that the presented token is the
 * newest. A token that was replaced within the grace (a lost answer, a second tab) gets the newest token of its chain,
 * however many turns lie between.
 * @param successorOf the one token that follows another, so that the chain is computed and not stored
 * @returns the token to hand out; undefined if the presented token was replaced before the grace
 * @throws Problem SESSION_ENDED
 */
export async function rotateRefresh<Token extends TokenHash>(
  db: Db,
  presented: Token,
  successorOf: (token: Token) => Token,
  now: Date,
  policies: Policies,
): Promise<{ session: Session; token: Token | undefined }> {
  const at = epochSeconds(now);
  const next = successorOf(presented);
  const written = await db.update<Session>({
    table: 'Sessions',
    key: { sessionId: presented.sessionId },
    update: { set: { refreshHash: next.hash, lastSeenAt: at, ...recordRotation(at) } },
    condition: all(
      equals('refreshHash', presented.hash),
      below(`turnedAt[${rotationsRemembered - 1}]`, at - policies.refreshGraceSeconds),
      absent('ended'),
      above('expiresAt', at),
      above('lastSeenAt', at - policies.sessionIdleSeconds),
    ),
  });
  if (written.ok) return { session: written.item, token: next };
  const session = written.old;
  if (!session) throw new Problem('SESSION_ENDED');
  const ended = endOf(session, now, policies);
  if (ended) throw endedProblem(ended);
  return { session, token: newestOf(session, presented, successorOf, at - policies.refreshGraceSeconds) };
}

/** @param since epoch seconds: a token that was replaced before this time is refused */
function newestOf<Token extends TokenHash>(
  session: Session,
  presented: Token,
  successorOf: (token: Token) => Token,
  since: number,
): Token | undefined {
  let token = presented;
  if (token.hash === session.refreshHash) return token;
  for (const spentAt of session.turnedAt ?? []) {
    token = successorOf(token);
    // The number of steps is the number of turns since then: so this is when the presented token was replaced.
    if (token.hash === session.refreshHash) return spentAt >= since ? token : undefined;
  }
  return undefined;
}
