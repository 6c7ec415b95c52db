import { epochSeconds } from '#domain/epoch.ts';
import { recoveredLately } from '#domain/people/phones.ts';
import type { Policies } from '#domain/policies.ts';
import { Problem } from '#domain/problem.ts';
import type { AnyCall } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { defaultPhone, type OwnPhone, ownPhone, type Person } from '#store/people/person-row.ts';
import { sessionAliveCheck } from '#store/sessions/session-checks.ts';
import type { Session } from '#store/sessions/session-row.ts';

/** A call of somebody who is signed in. */
export type SessionCall = AnyCall & { readonly caller: { readonly session: Session } };

/**
 * SES-5: changing phones, password, username or account state, or ending another session, needs a second factor that
 * was passed in this session recently; a login with password and factor counts. The returned check belongs in the
 * transaction of the change, so that a session that was replaced or ended meanwhile changes nothing. Throws
 * FRESH_FACTOR_REQUIRED, after which the client calls `POST /v1/session/factor`.
 */
export function requireFresh(ctx: Pick<FlowContext, 'settings'>, { caller, now }: SessionCall): Write {
  const { policies } = ctx.settings;
  const age = epochSeconds(now) - caller.session.factorAt;
  if (age > policies.freshFactorSeconds) throw new Problem('FRESH_FACTOR_REQUIRED');
  return sessionAliveCheck(caller.session, now, policies);
}

/**
 * The phone that gets the SMS code for a second factor: the default phone, or another one if the default was recovered
 * recently by 找回手机号码 (PHN-4). Throws PHONE_EMPTY, or FACE_REQUIRED if no phone may be used.
 */
export function factorPhone(person: Person, now: Date, policies: Policies): OwnPhone {
  const first = defaultPhone(person);
  const phones = [...(first ? [first] : []), ...(person.phones ?? [])];
  if (phones.length === 0) throw new Problem('PHONE_EMPTY');
  const usable = phones.find((phone) => !recoveredLately(phone, now, policies));
  if (!usable) throw new Problem('FACE_REQUIRED');
  return usable;
}

/**
 * Since the code was sent, the number may have passed to another person (PHN-3): then only a face proves the person.
 * Returns the person's own phone. Throws FACE_REQUIRED.
 */
export function stillOwnPhone(person: Person, phoneKey: string): OwnPhone {
  const phone = ownPhone(person, phoneKey);
  if (!phone) throw new Problem('FACE_REQUIRED');
  return phone;
}

/**
 * The person's own phone, if its code may count as a fresh factor: not a recently recovered number (PHN-4).
 * FACE_REQUIRED.
 */
export function requireFactorPhone(
  person: Person,
  phoneKey: string,
  now: Date,
  policies: Policies,
): OwnPhone {
  const phone = stillOwnPhone(person, phoneKey);
  if (recoveredLately(phone, now, policies)) throw new Problem('FACE_REQUIRED');
  return phone;
}
