import { normaliseName, sameName } from '#domain/people/person-names.ts';
import { looksLikePhone, recoveredLately } from '#domain/people/phones.ts';
import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireHumanAndRead } from '#journeys/factors/anti-automation.ts';
import { commitMatch, countMiss } from '#journeys/factors/tries.ts';
import {
  accountNamed,
  type NamedAccount,
  smsWindowHint,
  stillNames,
  unknownAccount,
} from '#journeys/people/accounts.ts';
import { isNumberOf, maskedPhoneOf, nameOf } from '#journeys/people/personal-data.ts';
import { created } from '#runtime/answers.ts';
import type { CallOf, StepOf } from '#runtime/call.ts';
import type { FlowContext } from '#runtime/context.ts';
import { defaultPhone, isSuspended, type Person } from '#store/people/person-row.ts';
import { findPerson } from '#store/people/users.ts';
import type { ResetTicket } from '#store/tickets/ticket-kinds.ts';
import { newTicketPut } from '#store/tickets/tickets.ts';
import type { passwordReset } from './contract.ts';

/**
 * 忘记密码 (PWD-1): needs account, name and document, because a phone number may have been given to another person.
 * Tries are counted like those of a registration (REG-9).
 */
export const startReset: StepOf<typeof passwordReset, 'start'> = async (ctx, call) => {
  const name = normaliseName(call.body.name);
  const { person, named } = await requireHumanAndRead(ctx, call, call.body.challenge, findAccount(ctx, call));
  const phoneKey = named.via === 'phone' ? named.phoneKey : undefined;
  const isMeant = sameName(nameOf(ctx, person), name) && isNumberOf(ctx, person, call.body.documentNumber);
  const solved = call.body.challenge !== undefined;
  const tried = { personKey: person.personKey, solved };
  if (!isMeant) {
    await countMiss(ctx, call, tried, [
      auditPut(ctx, call, person.personKey, 'password-reset', 'failure', { reason: 'identity' }),
    ]);
    throw new Problem('IDENTITY_MISMATCH');
  }

  // ORD-1: only a caller who knows name and document, not only the account, learns of the suspension.
  if (isSuspended(person)) {
    const detail = { reason: 'ACCOUNT_SUSPENDED' };
    await commitMatch(ctx, call, tried, [
      auditPut(ctx, call, person.personKey, 'password-reset', 'failure', detail),
    ]);
    throw new Problem('ACCOUNT_SUSPENDED');
  }

  // The typed phone, if the account was a phone; otherwise the default phone (as at login, LGN-6).
  const own = person.phones?.find((one) => one.phoneKey === phoneKey) ?? defaultPhone(person);
  // PHN-4: after a recent phone recovery the person must show their face.
  const faceOnly = own !== undefined && recoveredLately(own, call.now, ctx.settings.policies);
  const unproven = own?.imported && !ctx.settings.policies.unprovenPhoneResets;
  const phone = faceOnly || unproven ? undefined : own;
  const opened = newTicketPut<ResetTicket>(
    {
      kind: 'password-reset',
      personKey: person.personKey,
      ...(person.account ? { since: person.account.since } : {}),
      ...(faceOnly ? { faceOnly } : {}),
      ...(phone ? { phone: { phoneKey: phone.phoneKey, sealed: phone.sealed } } : {}),
      ...smsWindowHint(named, person, phone?.phoneKey),
    },
    call.now,
    ctx.settings.policies.resetSeconds,
  );
  await commitMatch(ctx, call, tried, [opened.write]);
  return created({
    resetId: opened.id,
    methods: [
      ...(phone ? [{ method: 'sms' as const, maskedPhone: maskedPhoneOf(ctx, phone) }] : []),
      { method: 'face' as const },
    ],
  });
};

async function findAccount(
  ctx: FlowContext,
  call: CallOf<typeof passwordReset, 'start'>,
): Promise<{ person: Person; named: NamedAccount }> {
  const named = await accountNamed(ctx, call.body, call.now);
  if (named.via === 'document') return { person: named.person, named };
  const person = await findPerson(ctx.db, named.personKey);
  if (!stillNames(named, person)) throw unknownAccount(looksLikePhone(call.body.account));
  return { person, named };
}
