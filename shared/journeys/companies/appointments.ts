import {
  type AppointedRole,
  inTerm,
  isLive,
  permissionsOf,
  stateOn,
  transitions,
} from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { Role } from '#domain/names.ts';
import type { FlowContext } from '#runtime/context.ts';
import { beginRelationWrites } from '#store/companies/relation-changes.ts';
import { newRelationCopies } from '#store/companies/relation-copies.ts';
import { findRelation, type Relation } from '#store/companies/relations.ts';
import {
  isKnown,
  type KnownTaxpayer,
  numberUnlessStored,
  type StoredNumber,
  type Taxpayer,
  taxpayerUpdate,
} from '#store/companies/taxpayers.ts';
import { ConcurrentChange } from '#store/dynamodb/concurrent-change.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { Person } from '#store/people/person-row.ts';
import type { ChangeOrigin } from '../change-origin.ts';
import { relationAudits } from './relation-audits.ts';
import { retriedTransitionWrites } from './relation-transitions.ts';

/** The attributes of the company's row that hold an appointment and the registry's version of it. */
export const appointmentFields = {
  'legal-representative': { holder: 'legalRepresentative', version: 'legalRepresentativeVersion' },
  'finance-head': { holder: 'financeHead', version: 'financeHeadVersion' },
} as const satisfies Record<AppointedRole, { holder: keyof Taxpayer; version: keyof Taxpayer }>;

export type Holder = Pick<Person, 'personKey' | 'sealedName'>;
export interface AppointmentChange {
  readonly role: AppointedRole;
  readonly holder: Holder;
  /** True if the appointment is removed, instead of given. */
  readonly removed?: boolean;
  /** The registry's version; absent for a counter. */
  readonly version?: number;
  /** True for a finance head who agrees at the counter: the appointment takes effect without a later confirmation. */
  readonly present?: boolean;
}

export interface Appointed {
  readonly writes: readonly Write[];
  /** The person's relation after these writes, if there is one. */
  readonly relation?: Relation;
}

/**
 * Appoints or removes a person in one transaction (REL-2, REL-3): the company's row names the new holder, the former
 * holder's relation is superseded, and the new holder's relation begins. If the company's own line has not come yet,
 * the relation begins when it comes. Removing a person who no longer holds the appointment only records the version.
 * Throws ConcurrentChange if the company changed.
 */
export async function appointmentWrites(
  ctx: FlowContext,
  company: { readonly key: string; readonly number: StoredNumber; readonly known: Taxpayer | undefined },
  change: AppointmentChange,
  origin: ChangeOrigin,
): Promise<Appointed> {
  const { role, holder } = change;
  const { known } = company;
  const fields = appointmentFields[role];
  const before = known?.[fields.holder];
  const isHolder = before?.personKey === holder.personKey;
  const appointed = isHolder ? before : { personKey: holder.personKey, at: origin.at.toISOString() };
  const next = change.removed ? (isHolder ? undefined : before) : appointed;
  const begun =
    change.removed || !isKnown(known)
      ? { writes: [] }
      : await appointedWrites(ctx, known, role, holder, origin, change.present);
  const writes = [
    taxpayerUpdate(
      company.key,
      known?.rev ?? 0,
      {
        ...numberUnlessStored(known, company.number),
        [fields.holder]: next,
        ...(change.version === undefined ? {} : { [fields.version]: change.version }),
        ...(change.present ? { staffed: true } : {}),
      },
      () => new ConcurrentChange(),
    ),
    ...(before && next !== before
      ? await dischargedWrites(
          ctx,
          company.key,
          role,
          before.personKey,
          change.removed ? 'strike' : 'supersede',
          origin,
        )
      : []),
    ...begun.writes,
  ];
  return { ...begun, writes };
}

/**
 * The writes that give an appointed person (REL-2, REL-3) their relation, with audit events for both sides. A relation
 * begins if there is none. A legal representative's relation becomes active by itself together with the company, a
 * finance head's when the person agrees. These writes belong into the transaction that changes the company or the
 * appointment.
 * @param company the company as it is after that transaction
 */
export async function appointedWrites(
  ctx: FlowContext,
  company: KnownTaxpayer,
  role: AppointedRole,
  holder: Holder,
  origin: ChangeOrigin,
  present = false,
): Promise<Appointed> {
  const day = shanghaiDay(origin.at);
  const known = await findRelation(ctx.db, holder.personKey, company.companyKey, role);
  if (known && isLive(stateOn(inTerm(known, company.term), day)))
    return { relation: known, writes: takingEffectWrites(ctx, company, known, origin, present) };
  const begun = beginRelationWrites(
    {
      personKey: holder.personKey,
      ...newRelationCopies(company),
      role,
      state: takesEffect(company, role, present) ? 'active' : 'pending',
      direction: 'invited',
      refusable: false,
      permissions: permissionsOf(role),
      source: origin.channel === 'hall' ? 'hall' : 'registry',
      sealedName: holder.sealedName,
    },
    known,
    origin.at,
    day,
  );
  const audits = relationAudits(ctx, begun.relation, begun.relation.state, origin);
  return { relation: begun.relation, writes: [...begun.writes, ...audits] };
}

/**
 * Whether the relation becomes active now: a legal representative's together with the company (REL-2), a finance head's
 * when they agree (REL-3).
 */
const takesEffect = (company: KnownTaxpayer, role: Role, present: boolean): boolean =>
  role === 'legal-representative' ? company.state === 'active' : present;

/**
 * The writes that make the relation of an appointed person active; empty if it is active already, or cannot be yet.
 * @param company the company as it is after the transaction that these writes belong to
 */
export function takingEffectWrites(
  ctx: FlowContext,
  company: KnownTaxpayer,
  relation: Relation,
  origin: ChangeOrigin,
  present = false,
): Write[] {
  if (relation.state !== 'pending' || !takesEffect(company, relation.role, present)) return [];
  const transition =
    relation.role === 'legal-representative' ? transitions.takeEffect : transitions.confirmAtHall;
  const copies = { taxpayerName: company.name, taxpayerState: company.state };
  return retriedTransitionWrites(ctx, relation, transition, origin, copies, { taxpayerName: company.name });
}

/** Ends the relation of a person whose appointment is over; empty if it has ended already. */
async function dischargedWrites(
  ctx: FlowContext,
  companyKey: string,
  role: AppointedRole,
  personKey: string,
  by: 'supersede' | 'strike',
  origin: ChangeOrigin,
): Promise<Write[]> {
  const day = shanghaiDay(origin.at);
  const relation: Relation | undefined = await findRelation(ctx.db, personKey, companyKey, role);
  if (!relation || !isLive(stateOn(relation, day))) return [];
  return retriedTransitionWrites(ctx, relation, transitions[by], origin);
}
