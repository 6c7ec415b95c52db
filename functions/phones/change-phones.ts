import { Problem } from '#domain/problem.ts';
import { auditPut } from '#journeys/audit.ts';
import { requireFresh } from '#journeys/factors/fresh-factor.ts';
import { notifyPerson } from '#journeys/people/notices.ts';
import { shownPhones, signedInPerson } from '#journeys/people/own-account.ts';
import { maskedPhoneOf } from '#journeys/people/personal-data.ts';
import { noContent, ok } from '#runtime/answers.ts';
import type { StepOf } from '#runtime/call.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { OwnPhone, Person } from '#store/people/person-row.ts';
import { releasePhoneUpdate } from '#store/people/phones.ts';
import { personUpdate } from '#store/people/users.ts';
import type { phones } from './contract.ts';

export const listPhones: StepOf<typeof phones, 'list'> = async (ctx, call) =>
  ok({ phones: shownPhones(ctx, await signedInPerson(ctx, call)) });

/** The person's own number with this id. Somebody else's number is unknown here. */
function numbered(person: Person, phoneId: string): OwnPhone {
  const phone = person.phones?.find((own) => own.phoneId === phoneId);
  if (!phone) throw new Problem('NOT_FOUND');
  return phone;
}

export const chooseDefault: StepOf<typeof phones, 'makeDefault'> = async (ctx, call) => {
  const alive = requireFresh(ctx, call);
  const changed = await retryOnConcurrentChange(async () => {
    const person = await signedInPerson(ctx, call);
    const phone = numbered(person, call.params.phoneId);
    if (phone.phoneId === person.defaultPhoneId) return undefined;
    await ctx.db.transact([
      alive,
      personUpdate(
        person.personKey,
        person.rev,
        { defaultPhoneId: phone.phoneId },
        () => new ConcurrentChange(),
      ),
      auditPut(ctx, call, person.personKey, 'default-phone-changed', 'success', {
        phone: maskedPhoneOf(ctx, phone),
      }),
    ]);
    return { person, phone };
  });
  if (changed)
    await notifyPerson(ctx, call, changed.person, 'default-phone-changed', maskedPhoneOf(ctx, changed.phone));
  return noContent();
};

/**
 * PHN-2: the default number cannot be removed until another one is default. The same transaction makes the number free
 * for anybody.
 */
export const removePhone: StepOf<typeof phones, 'remove'> = async (ctx, call) => {
  const alive = requireFresh(ctx, call);
  const { person, phone } = await retryOnConcurrentChange(async () => {
    const person = await signedInPerson(ctx, call);
    const phone = numbered(person, call.params.phoneId);
    if (phone.phoneId === person.defaultPhoneId) throw new Problem('DEFAULT_PHONE');
    const phones = person.phones?.filter((own) => own !== phone) ?? [];
    await ctx.db.transact([
      alive,
      releasePhoneUpdate(phone.phoneKey, person.personKey, call.now, () => new ConcurrentChange()),
      personUpdate(person.personKey, person.rev, { phones }, () => new ConcurrentChange()),
      auditPut(ctx, call, person.personKey, 'phone-removed', 'success', { phone: maskedPhoneOf(ctx, phone) }),
    ]);
    return { person, phone };
  });
  await notifyPerson(ctx, call, person, 'phone-removed', maskedPhoneOf(ctx, phone));
  return noContent();
};
