import type * as v from 'valibot';
import type { person } from '#contract/schemas.ts';
import { phoneKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { parsePhone } from '#domain/people/phones.ts';
import type { FlowContext } from '#runtime/context.ts';
import { nameUpdate } from '#store/companies/relation-copies.ts';
import { relationsOf } from '#store/companies/relations.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { allPages } from '#store/dynamodb/pages.ts';
import { type HallCollection, hasVerifiedName, type Person, sealContext } from '#store/people/person-row.ts';
import { findPerson, personUpdate } from '#store/people/users.ts';
import { type ChangeOrigin, changeAuditPut } from '../change-origin.ts';
import {
  hasOtherName,
  type NamedPerson,
  parseNamedPerson,
  readName,
  requireSameName,
} from './named-person.ts';

/** What a hall collected (REG-2): the person, the document and the phone. */
export interface Collected {
  readonly person: v.InferOutput<typeof person>;
  readonly phone: string;
  readonly officer: string;
  /** DOC-5: the name on the record, for a person whose legal name has changed. */
  readonly formerName?: string | undefined;
  /** ISO time at which the hall saw the person; absent means now. */
  readonly collectedAt?: string | undefined;
}

/**
 * Real-name collection at a hall: level 5 (LVL-1), and the phone that the registration must use. If the person's legal
 * name has changed, the record's name is changed too, and they stay the same person in every relation (DOC-5).
 * @param version the registry's version, which an older one cannot overwrite (ENT-3); absent for what a counter enters
 * itself, which holds until the registry's next line
 * @returns whether something was older than what is known and therefore changed nothing
 */
export async function recordCollection(
  ctx: FlowContext,
  collected: Collected,
  version: number | undefined,
  origin: ChangeOrigin,
): Promise<'accepted' | 'stale'> {
  const named = parseNamedPerson(ctx, collected.person, origin.at);
  const phone = parsePhone(collected.phone);
  const phoneIndex = phoneKey(ctx.keys, phone);
  const former =
    collected.formerName === undefined ? undefined : readName(collected.formerName, 'formerName');
  const event = (kind: 'collected' | 'name-changed') =>
    changeAuditPut(ctx, { ...origin, channel: 'hall' }, named.key, kind, { officer: collected.officer });
  const taken = await retryOnConcurrentChange(async () => {
    const known = await findPerson(ctx.db, named.key);
    const renamed = former !== undefined && isRenamed(ctx, named, known, former);
    if (!renamed) requireSameName(ctx, named, known);
    if (version !== undefined && known?.hall && known.hall.version >= version) return 'stale';
    const hall: HallCollection = {
      phoneKey: phoneIndex,
      sealedPhone: seal(ctx.dataKeys, sealContext.phone(phoneIndex), phone),
      officer: collected.officer,
      version: version ?? known?.hall?.version ?? -1,
      at: origin.at.toISOString(),
      collectedAt: collected.collectedAt ?? origin.at.toISOString(),
    };
    await ctx.db.transact([
      personUpdate(
        named.key,
        known?.rev ?? 0,
        { ...named.record, realNameLevel: 5, hall },
        () => new ConcurrentChange(),
      ),
      event('collected'),
      ...(renamed ? [event('name-changed')] : []),
    ]);
    return 'accepted';
  });
  // Also for an old version: the run before may have died before this step.
  if (former !== undefined) await refreshNames(ctx, named.key);
  return taken;
}

/** DOC-5: whether the record has the former name. Throws PERSON_MISMATCH if it has neither of the two names. */
function isRenamed(
  ctx: FlowContext,
  named: NamedPerson,
  known: Person | undefined,
  formerName: string,
): boolean {
  if (!hasOtherName(ctx, named, known)) return false;
  requireSameName(ctx, { name: formerName }, known);
  return true;
}

/** How many relations are written in parallel, and how many groups of them: more than anybody has. */
const namesAtOnce = 50;
const namePages = 400;

/** Copies the record's name into the person's relations. Harmless to repeat. Throws TooManyPages. */
async function refreshNames(ctx: FlowContext, personKey: string): Promise<void> {
  const person = await findPerson(ctx.db, personKey);
  if (!person || !hasVerifiedName(person)) return;
  for await (const { items } of allPages(namePages, (from) =>
    relationsOf(ctx.db, personKey, { from, limit: namesAtOnce }),
  ))
    await Promise.all(items.map((relation) => ctx.db.update(nameUpdate(relation, person.sealedName))));
}
