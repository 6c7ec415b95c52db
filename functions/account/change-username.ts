import { Problem } from '#domain/problem.ts';
import { parseUsername, usernameReservedUntil } from '#domain/usernames.ts';
import { ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { usernameKeyOf } from '#steps/accounts.ts';
import { audited } from '#steps/facts.ts';
import { requireFresh } from '#steps/fresh-factor.ts';
import { tellPerson } from '#steps/notices.ts';
import { signedInPerson } from '#steps/own-account.ts';
import { claimUsernameWrite, decidedAnew, personWrite, releaseUsernameWrite, Stale } from '#store/users.ts';
import type { account } from './contract.ts';
import { changeableFrom } from './profile.ts';

/**
 * Sets the username, or changes it (USR-1): the new name's guard, the old one's reservation (USR-2) and the person in
 * one transaction. Other capitals are a change too: they decide at login.
 */
export const changeUsername: StepOf<typeof account, 'username'> = async (h, call) => {
  const alive = requireFresh(h, call);
  const username = parseUsername(call.body.username);
  const { before, answer } = await decidedAnew(async () => {
    const person = await signedInPerson(h, call);
    const old = person.username;
    if (old === username)
      return { answer: ok({ username, usernameChangeableFrom: changeableFrom(person, call.now) }) };
    const from = changeableFrom(person, call.now);
    if (from) throw new Problem('USERNAME_CHANGED_THIS_YEAR', { changeableFrom: from });

    const changes = {
      username,
      // The first setting is free.
      ...(old === undefined ? {} : { usernameChangedAt: call.now.toISOString() }),
    };
    const key = usernameKeyOf(h, username);
    const oldKey = old === undefined ? key : usernameKeyOf(h, old);
    const reservedUntil = usernameReservedUntil(call.now, h.settings.policies);
    await h.db.transact([
      alive,
      claimUsernameWrite(key, username, person.personKey, call.now),
      ...(oldKey === key
        ? []
        : [releaseUsernameWrite(oldKey, person.personKey, reservedUntil, () => new Stale())]),
      personWrite(person.personKey, person.rev, changes, () => new Stale()),
      audited(h, call, person.personKey, 'username-changed', 'success', { first: old === undefined }),
    ]);
    const usernameChangeableFrom = changeableFrom({ ...person, ...changes }, call.now);
    return { before: person, answer: ok({ username, usernameChangeableFrom }) };
  });
  // PWD-3: it is one more way to log in.
  if (before) await tellPerson(h, call, before, 'username-changed');
  return answer;
};
