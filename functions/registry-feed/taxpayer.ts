import * as v from 'valibot';
import { freeText } from '#contract/schemas.ts';
import { appointedRoles } from '#domain/companies/relations.ts';
import { type CompanyState, companyStates, companySubjects } from '#domain/companies/taxpayers.ts';
import { changeAuditPut, fromRegistry } from '#journeys/change-origin.ts';
import { appointedWrites, appointmentFields } from '#journeys/companies/appointments.ts';
import type { FlowContext } from '#runtime/context.ts';
import {
  due,
  findTaxpayer,
  isKnown,
  isPersonal,
  type KnownTaxpayer,
  type Taxpayer,
  taxpayerUpdate,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange, retryOnConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import { findPerson } from '#store/people/users.ts';
import { readCompany, taxpayerId } from './companies.ts';
import { charset, legacyHash } from './legacy-hash.ts';
import type { LineResult } from './outcome.ts';
import { createDueRelations } from './tax-handler.ts';
import { isStale, version } from './versions.ts';

const subject = v.picklist(companySubjects);

/** `taxpayer`: a company as the registry knows it (ENT-3). */
export const taxpayerLine = v.object({
  type: v.literal('taxpayer'),
  version,
  taxpayerId,
  name: freeText(100),
  /** DOC-4: whether a number of 15 digits belongs to a person; absent means that it may. */
  personal: v.optional(v.boolean()),
  subject: v.union([subject, v.pipe(v.array(subject), v.minLength(1), v.maxLength(companySubjects.length))]),
  state: v.picklist(companyStates),
  /** LEG-1: the company's password for the old login; a line without one does not change it. */
  companyPasswordHash: v.optional(v.pipe(v.string(), v.maxLength(256))),
  charset,
});

/**
 * Writes the company's facts, and in the same transaction the effect on a legal representative who was appointed
 * earlier (REL-2). A version that is not newer changes nothing.
 */
export function importTaxpayer(
  ctx: FlowContext,
  line: v.InferOutput<typeof taxpayerLine>,
  now: Date,
): Promise<LineResult> {
  const { key, number } = readCompany(ctx, line.taxpayerId, 'taxpayerId', line.personal);
  const subjects = companySubjects.filter((one) => [line.subject].flat().includes(one));
  const hash = legacyHash(ctx, line.companyPasswordHash, 'companyPasswordHash', line.charset);
  return retryOnConcurrentChange(async () => {
    const known = await findTaxpayer(ctx.db, key);
    if (isStale(known?.taxpayerVersion, line)) {
      if (isKnown(known)) await createDueRelations(ctx, known, now);
      return 'stale';
    }
    // ENT-4: a cancellation ends everything that depends on the company; appointments must come again by later lines.
    const ending = line.state === 'cancelled' && known?.state !== undefined && known.state !== 'cancelled';
    const ended = ending
      ? {
          term: (known.term ?? 0) + 1,
          termSince: now.toISOString(),
          legalRepresentative: undefined,
          financeHead: undefined,
          handlersDue: undefined,
          staffed: undefined,
        }
      : {};
    const changes = {
      taxpayerId: undefined,
      sealedId: undefined,
      ...number,
      name: line.name,
      subjects,
      state: stateAfter(known, line.state),
      taxpayerVersion: line.version,
      ...(hash ? { companyPassword: await hash() } : {}),
    };
    const { taxpayerId: _clear, sealedId: _sealed, ...before } = known ?? {};
    const company = {
      ...before,
      ...changes,
      ...ended,
      companyKey: key,
      rev: (known?.rev ?? 0) + 1,
    } as KnownTaxpayer;
    const renamed =
      isKnown(known) &&
      (known.name !== company.name ||
        known.state !== company.state ||
        isPersonal(known) !== isPersonal(company) ||
        known.subjects.join() !== company.subjects.join());
    const copiesDue = renamed || known?.copiesDue === due ? due : undefined;
    await ctx.db.transact([
      taxpayerUpdate(
        key,
        known?.rev ?? 0,
        {
          ...changes,
          ...ended,
          ...(line.state === 'cancelled' ? { confirmedAt: undefined } : {}),
          copiesDue,
        },
        () => new ConcurrentChange(),
      ),
      ...(await allAppointedWrites(ctx, company, now)),
      ...stateAudit(ctx, known, company, now),
    ]);
    // This does not fit into the transaction; any later line completes it. A stream updates the copies in other rows.
    await createDueRelations(ctx, company, now);
    return 'accepted';
  });
}

/**
 * ENT-2: a company that was confirmed here stays confirmed until it is cancelled; when it returns it awaits
 * confirmation again.
 */
const stateAfter = (known: Taxpayer | undefined, announced: CompanyState): CompanyState =>
  known?.confirmedAt !== undefined && announced === 'awaiting-confirmation' ? 'active' : announced;

async function allAppointedWrites(ctx: FlowContext, company: KnownTaxpayer, now: Date): Promise<Write[]> {
  const writes = appointedRoles.map(async (role) => {
    const appointed = company[appointmentFields[role].holder];
    if (!appointed) return [];
    const holder = await findPerson(ctx.db, appointed.personKey);
    if (!holder) throw new Error('an appointed person without a record');
    return (await appointedWrites(ctx, company, role, holder, fromRegistry(now))).writes;
  });
  return (await Promise.all(writes)).flat();
}

/** A company's first line is no change; each later change of its state is recorded in its history. */
function stateAudit(
  ctx: FlowContext,
  before: Taxpayer | undefined,
  company: KnownTaxpayer,
  now: Date,
): Write[] {
  if (!isKnown(before) || before.state === company.state) return [];
  return [
    changeAuditPut(ctx, fromRegistry(now), company.companyKey, 'company-state', { state: company.state }),
  ];
}
