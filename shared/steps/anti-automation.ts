import { checkSolution, newChallenge } from '#crypto/challenges.ts';
import { indexKey } from '#crypto/keys.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#http/call.ts';
import type { House } from '#http/house.ts';
import { countAddress, spendChallenge } from '#store/tickets.ts';

/** CHALLENGE_REQUIRED with the challenge to solve. */
export async function challengeRequired(h: House, call: AnyCall): Promise<Problem> {
  return new Problem('CHALLENGE_REQUIRED', {
    challenge: await newChallenge(h.keys, h.settings.policies, call.now),
  });
}

/**
 * LGN-12: a sent solution is checked and spent; without one the address has a budget per window, after which
 * CHALLENGE_REQUIRED carries the challenge to solve. Channels that sign their calls are not asked.
 * `always` is for calls that want a challenge every time.
 */
export async function requireHuman(
  h: House,
  call: AnyCall,
  solution: string | undefined,
  { always = false }: { always?: boolean } = {},
): Promise<void> {
  const { challengeAfter, challengeWindowSeconds } = h.settings.policies;
  if (solution !== undefined) {
    const checked = await checkSolution(h.keys, solution, call.now);
    if (checked.ok && (await spendChallenge(h.db, checked.id, checked.expiresAt, call.now))) return;
    throw await challengeRequired(h, call);
  }
  if (always) throw await challengeRequired(h, call);
  if (challengeAfter === null || call.origin.channel !== 'web') return;
  const addressKey = indexKey(h.keys, 'address', call.origin.address);
  if ((await countAddress(h.db, addressKey, call.now, challengeWindowSeconds)) > challengeAfter)
    throw await challengeRequired(h, call);
}
