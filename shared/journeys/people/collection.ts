import type * as v from 'valibot';
import type { person } from '#contract/schemas.ts';
import { phoneKey } from '#crypto/keys.ts';
import { seal } from '#crypto/sealed.ts';
import { parsePhone } from '#domain/phones.ts';
import type { FlowContext } from '#runtime/context.ts';
import { auditEventPut } from '#store/audit/audit-events.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import { findPerson, type HallCollection, personUpdate, sealContext } from '#store/people/users.ts';
import type { RelationOrigin } from '../companies/relation-audits.ts';
import { readPerson, requireSameName } from './named-person.ts';

/** What a hall saw (REG-2): the person, the document and the phone. */
export interface Collected {
  readonly person: v.InferOutput<typeof person>;
  readonly phone: string;
  readonly officer: string;
  /** ISO time at which the hall saw the person; none: now. */
  readonly collectedAt?: string | undefined;
}

/**
 * Real-name collection at a hall: level 5 (LVL-1), and the phone that registration must use.
 * @param version the registry's, which an older one cannot overwrite (ENT-3); none for what a counter enters itself,
 *   which stands until the registry's next line
 * @returns whether anything was older than what is known and so changed nothing
 */
export function collect(
  ctx: FlowContext,
  collected: Collected,
  version: number | undefined,
  origin: RelationOrigin,
): Promise<'accepted' | 'stale'> {
  const named = readPerson(ctx, collected.person, origin.at);
  const phone = parsePhone(collected.phone);
  const phoneIndex = phoneKey(ctx.keys, phone);
  return retryOnConcurrentChange(async () => {
    const known = await findPerson(ctx.db, named.key);
    requireSameName(ctx, named, known);
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
      auditEventPut(
        {
          ...origin,
          subject: named.key,
          kind: 'collected',
          outcome: 'success',
          channel: 'hall',
          detail: { ...origin.detail, officer: collected.officer },
        },
        ctx.settings.policies.auditRetentionDays,
      ),
    ]);
    return 'accepted';
  });
}
