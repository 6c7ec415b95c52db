import { parseUsername, usernameReservedUntil } from '#domain/people/usernames.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireFresh } from '#journeys/factors/fresh-factor.ts';
import { usernameKeyOf } from '#journeys/people/accounts.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { signedInPerson } from '#journeys/people/own-account.ts';
import { ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { claimUsernamePut, releaseUsernamePut } from '#store/people/usernames.ts';
import { personUpdate } from '#store/people/users.ts';
import type { account } from './contract.ts';
import { changeableFrom } from './show-account.ts';

/**
 * Sets or changes the username (USR-1). One transaction claims the new name, reserves the old one (USR-2) and changes
 * the person. Other capitals are a change too, because they matter at login.
 */
export const changeUsername: StepOf<typeof account, 'username'> = async (ctx, call) => {
  const alive = requireFresh(ctx, call);
  const username = parseUsername(call.body.username);
  const { before, answer } = await retryOnConcurrentChange(async () => {
    const person = await signedInPerson(ctx, call);
    const old = person.username;
    if (old === username)
      return { answer: ok({ username, usernameChangeableFrom: changeableFrom(person, call.now) }) };
    const from = changeableFrom(person, call.now);
    if (from) throw new Problem('USERNAME_CHANGED_THIS_YEAR', { changeableFrom: from });

    const changes = {
      username,
      // The first setting is free: it starts no waiting time.
      ...(old === undefined ? {} : { usernameChangedAt: call.now.toISOString() }),
    };
    const key = usernameKeyOf(ctx, username);
    const oldKey = old === undefined ? key : usernameKeyOf(ctx, old);
    const reservedUntil = usernameReservedUntil(call.now, ctx.settings.policies);
    await ctx.db.transact([
      alive,
      claimUsernamePut(key, username, person.personKey, call.now),
      ...(oldKey === key
        ? []
        : [releaseUsernamePut(oldKey, person.personKey, reservedUntil, () => new ConcurrentChange())]),
      personUpdate(person.personKey, person.rev, changes, () => new ConcurrentChange()),
      auditPut(ctx, call, person.personKey, 'username-changed', 'success', { first: old === undefined }),
    ]);
    const usernameChangeableFrom = changeableFrom({ ...person, ...changes }, call.now);
    return { before: person, answer: ok({ username, usernameChangeableFrom }) };
  });
  // PWD-3: a username is a further way to log in, so the person is informed.
  if (before) await notifyPerson(ctx, call, before, 'username-changed');
  return answer;
};
