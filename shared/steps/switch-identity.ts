import type { SessionAnswer } from '#contract/schemas.ts';
import type { House } from '#http/house.ts';
import type { Write } from '#store/db.ts';
import { type ActsAs, identityWrite, liveSession } from '#store/sessions.ts';
import { become } from '#store/standing.ts';
import { decidedAnew } from '#store/users.ts';
import { identityFacts } from './acting.ts';
import { audited } from './facts.ts';
import type { SessionCall } from './fresh-factor.ts';
import { sessionAnswer } from './open-session.ts';

/** What a session is to become, with the writes that hold it true. */
export interface Judged {
  readonly next: ActsAs;
  readonly writes: readonly Write[];
}

/**
 * SWI-5: the session goes on as somebody else, audited in the same transaction; access tokens of the identity before end
 * with it (SES-2). SESSION_ENDED where another switch came first.
 * @param judge says what it may become, read anew each time; `again` where what it relied on changed meanwhile
 */
export async function switchIdentity(
  h: House,
  call: SessionCall,
  judge: (again: boolean) => Promise<Judged>,
): Promise<SessionAnswer> {
  const { session } = call.caller;
  const { policies } = h.settings;
  let rounds = 0;
  const as = await decidedAnew(async () => {
    const again = rounds++ > 0;
    // Another switch that came first has ended the token of this call.
    if (again) await liveSession(h.db, session, call.now, policies);
    const { next, writes } = await judge(again);
    await h.db.transact([
      identityWrite(session, next, call.now, policies),
      ...writes,
      audited(h, call, session.personKey, 'identity-switched', 'success', identityFacts(next.identity)),
    ]);
    return next;
  });
  return sessionAnswer(h, { ...become(session, as), version: session.version + 1 }, call);
}
