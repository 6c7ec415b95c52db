import { Problem } from '#domain/problem.ts';
import { noContent, ok } from '#http/answers.ts';
import type { StepOf } from '#http/call.ts';
import { audited, maskedPhoneOf } from '#steps/facts.ts';
import { requireFresh } from '#steps/fresh-factor.ts';
import { tellPerson } from '#steps/notices.ts';
import { shownPhones, signedInPerson } from '#steps/own-account.ts';
import { releasePhoneWrite } from '#store/phones.ts';
import { decidedAnew, type OwnPhone, type Person, personWrite, Stale } from '#store/users.ts';
import type { phones } from './contract.ts';

export const listPhones: StepOf<typeof phones, 'list'> = async (h, call) =>
  ok({ phones: shownPhones(h, await signedInPerson(h, call)) });

/** The own number of an id. Somebody else's is as unknown as none. */
function numbered(person: Person, phoneId: string): OwnPhone {
  const phone = person.phones?.find((own) => own.phoneId === phoneId);
  if (!phone) throw new Problem('NOT_FOUND');
  return phone;
}

export const chooseDefault: StepOf<typeof phones, 'makeDefault'> = async (h, call) => {
  const alive = requireFresh(h, call);
  const changed = await decidedAnew(async () => {
    const person = await signedInPerson(h, call);
    const phone = numbered(person, call.params.phoneId);
    if (phone.phoneId === person.defaultPhoneId) return undefined;
    await h.db.transact([
      alive,
      personWrite(person.personKey, person.rev, { defaultPhoneId: phone.phoneId }, () => new Stale()),
      audited(h, call, person.personKey, 'default-phone-changed', 'success', {
        phone: maskedPhoneOf(h, phone),
      }),
    ]);
    return { person, phone };
  });
  if (changed)
    await tellPerson(h, call, changed.person, 'default-phone-changed', maskedPhoneOf(h, changed.phone));
  return noContent();
};

/** PHN-2: the default one stays until another is default. The number is free for anybody in the same transaction. */
export const removePhone: StepOf<typeof phones, 'remove'> = async (h, call) => {
  const alive = requireFresh(h, call);
  const { person, phone } = await decidedAnew(async () => {
    const person = await signedInPerson(h, call);
    const phone = numbered(person, call.params.phoneId);
    if (phone.phoneId === person.defaultPhoneId) throw new Problem('DEFAULT_PHONE');
    const phones = person.phones?.filter((own) => own !== phone) ?? [];
    await h.db.transact([
      alive,
      releasePhoneWrite(phone.phoneKey, person.personKey, call.now, () => new Stale()),
      personWrite(person.personKey, person.rev, { phones }, () => new Stale()),
      audited(h, call, person.personKey, 'phone-removed', 'success', { phone: maskedPhoneOf(h, phone) }),
    ]);
    return { person, phone };
  });
  await tellPerson(h, call, person, 'phone-removed', maskedPhoneOf(h, phone));
  return noContent();
};
