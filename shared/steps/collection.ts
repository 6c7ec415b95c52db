import type * as v from 'valibot';
import type { person } from '#contract/schemas.ts';
import { phoneKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { parsePhone } from '#domain/phones.ts';
import type { House } from '#http/house.ts';
import { auditWrite } from '#store/audit.ts';
import type { Key } from '#store/db.ts';
import { nameUpdate, relationsOf } from '#store/relations.ts';
import {
  decidedAnew,
  findPerson,
  type HallCollection,
  isNamed,
  type Person,
  personWrite,
  Stale,
  sealContext,
} from '#store/users.ts';
import { hasOtherName, type NamedPerson, readName, readPerson, requireSameName } from './named-person.ts';
import type { RelationOrigin } from './relation-facts.ts';

/** What a hall saw (REG-2): the person, the document and the phone. */
export interface Collected {
  readonly person: v.InferOutput<typeof person>;
  readonly phone: string;
  readonly officer: string;
  /** DOC-5: the name on the record, of somebody who has another one by law now. */
  readonly formerName?: string | undefined;
  /** ISO time at which the hall saw the person; none: now. */
  readonly collectedAt?: string | undefined;
}

/**
 * Real-name collection at a hall: level 5 (LVL-1), and the phone that registration must use. Whoever has changed the name
 * by law gets the record's name changed with it, and stays the same person in every relation (DOC-5).
 * @param version the registry's, which an older one cannot overwrite (ENT-3); none for what a counter enters itself,
 *   which stands until the registry's next line
 * @returns whether anything was older than what is known and so changed nothing
 */
export async function collect(
  h: House,
  collected: Collected,
  version: number | undefined,
  origin: RelationOrigin,
): Promise<'accepted' | 'stale'> {
  const named = readPerson(h, collected.person, origin.at);
  const phone = parsePhone(collected.phone);
  const phoneIndex = phoneKey(h.keys, phone);
  const former =
    collected.formerName === undefined ? undefined : readName(collected.formerName, 'formerName');
  const event = (kind: 'collected' | 'name-changed') =>
    auditWrite(
      {
        ...origin,
        subject: named.key,
        kind,
        outcome: 'success',
        channel: 'hall',
        detail: { ...origin.detail, officer: collected.officer },
      },
      h.settings.policies.auditRetentionDays,
    );
  const taken = await decidedAnew(async () => {
    const known = await findPerson(h.db, named.key);
    const renamed = former !== undefined && isRenamed(h, named, known, former);
    if (!renamed) requireSameName(h, named, known);
    if (version !== undefined && known?.hall && known.hall.version >= version) return 'stale';
    const hall: HallCollection = {
      phoneKey: phoneIndex,
      sealedPhone: seal(h.dataKeys, sealContext.phone(phoneIndex), phone),
      officer: collected.officer,
      version: version ?? known?.hall?.version ?? -1,
      at: origin.at.toISOString(),
      collectedAt: collected.collectedAt ?? origin.at.toISOString(),
    };
    await h.db.transact([
      personWrite(named.key, known?.rev ?? 0, { ...named.facts, realNameLevel: 5, hall }, () => new Stale()),
      event('collected'),
      ...(renamed ? [event('name-changed')] : []),
    ]);
    return 'accepted';
  });
  // Also of what is stale: the line or call before may have died on the way.
  if (former !== undefined) await refreshNames(h, named.key);
  return taken;
}

/** DOC-5: whether the record is by the former name. PERSON_MISMATCH where it is by neither of the two. */
function isRenamed(h: House, named: NamedPerson, known: Person | undefined, formerName: string): boolean {
  if (!hasOtherName(h, named, known)) return false;
  requireSameName(h, { name: formerName }, known);
  return true;
}

/** Brings the name of the record to the copies in the person's relations. Harmless to repeat. */
async function refreshNames(h: House, personKey: string): Promise<void> {
  const person = await findPerson(h.db, personKey);
  if (!person || !isNamed(person)) return;
  let from: Key | undefined;
  do {
    const page = await relationsOf(h.db, personKey, { from });
    for (const relation of page.items) await h.db.update(nameUpdate(relation, person.sealedName));
    from = page.next;
  } while (from);
}
