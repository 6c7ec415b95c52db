import * as v from 'valibot';
import { person } from '#contract/schemas.ts';
import { personKey, phoneKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { shanghaiDay } from '#domain/days.ts';
import { parseDocument } from '#domain/documents.ts';
import { normaliseName, sameName } from '#domain/persons.ts';
import { parsePhone } from '#domain/phones.ts';
import { Problem } from '#domain/problem.ts';
import type { House } from '#http/house.ts';
import { nameOf } from '#steps/facts.ts';
import { auditWrite } from '#store/audit.ts';
import { decidedAnew, findPerson, personWrite, Stale, sealContext } from '#store/users.ts';
import type { Taken } from './take-lines.ts';

/** `collection`: a hall has seen the person, the document and the phone (REG-2). */
export const collectionLine = v.object({
  type: v.literal('collection'),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  person,
  phone: v.pipe(v.string(), v.maxLength(32)),
  officer: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
});

/** Level 5 (LVL-1) and the phone that registration must use. An older version changes nothing (ENT-3). */
export function takeCollection(
  h: House,
  line: v.InferOutput<typeof collectionLine>,
  now: Date,
): Promise<Taken> {
  const name = normaliseName(line.person.name);
  const number = parseDocument(line.person.documentType, line.person.documentNumber, shanghaiDay(now));
  const phone = parsePhone(line.phone);
  const key = personKey(h.keys, line.person.documentType, number);
  const phoneIndex = phoneKey(h.keys, phone);
  return decidedAnew(async () => {
    const known = await findPerson(h.db, key);
    if (known && !sameName(nameOf(h, known), name)) throw new Problem('PERSON_MISMATCH');
    if (known?.hall && known.hall.version >= line.version) return 'stale';
    await h.db.transact([
      personWrite(
        key,
        known?.rev ?? 0,
        {
          documentType: line.person.documentType,
          sealedName: seal(h.dataKeys, sealContext.name(key), name),
          sealedNumber: seal(h.dataKeys, sealContext.number(key), number),
          realNameLevel: 5,
          hall: {
            phoneKey: phoneIndex,
            sealedPhone: seal(h.dataKeys, sealContext.phone(phoneIndex), phone),
            officer: line.officer,
            version: line.version,
            at: now.toISOString(),
          },
        },
        () => new Stale(),
      ),
      auditWrite(
        {
          subject: key,
          kind: 'collected',
          outcome: 'success',
          at: now,
          channel: 'hall',
          address: '',
          detail: { officer: line.officer },
        },
        h.settings.policies.auditRetentionDays,
      ),
    ]);
    return 'accepted';
  });
}
