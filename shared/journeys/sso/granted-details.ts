import type { Identity } from '#contract/schemas.ts';
import { handleKey } from '#crypto/keys.ts';
import { grantedActions, type TaxpayerAsked } from '#domain/authorization-details.ts';
import type { Granted } from '#domain/granted-limits.ts';
import type { Permission } from '#domain/relations.ts';
import type { RelyingParty } from '#domain/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';
import { isPersonal, type Taxpayer, taxpayerIdOf } from '#store/companies/taxpayers.ts';
import type { AccessBasis, AccessRecords } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';
import { companyMeant } from './asked-company.ts';
import { lastDay, limitsToday } from './granted-limits.ts';

/** An entry of `authorization_details` as a relying party gets it (RFC 9396). */
export type Detail = Readonly<Record<string, unknown>>;
/** What a hand-over grants. */
export interface GrantedDetails {
  readonly details: readonly Detail[];
  readonly actions: readonly Permission[];
  /** Of a company identity: how far that goes, to be compared with what holds later (SSO-8). */
  readonly limits?: Granted;
}
type Keys = Pick<FlowContext, 'handles' | 'dataKeys'>;

/** The person at this client and its like: the `sub` of the sector's proofs, too (STP-2). */
export const pairwise = (ctx: Keys, { sector }: Pick<RelyingParty, 'sector'>, personKey: string): string =>
  handleKey(ctx.handles, 'pseudonym', `${sector}|${personKey}`);

/**
 * SSO-6: what this session may be handed over as, narrowed to request ∩ client ∩ what the access basis gives today.
 * Undefined where the client does not accept the identity, or the request means another one.
 */
export function grantedDetails(
  ctx: Keys,
  client: RelyingParty,
  asked: TaxpayerAsked | undefined,
  { session, permissions }: EffectiveSession,
  records: AccessRecords | undefined,
): GrantedDetails | undefined {
  const { identity, company } = session;
  const named = company && records && companyIn(company, records);
  const shown = named && companyShown(ctx, client, named);
  const actions = grantedActions(client, asked, {
    ...actingOf(identity, company),
    permissions,
    taxpayer: namesOf(shown).map((name) => companyMeant(ctx.handles, name)),
  });
  if (!actions) return undefined;
  if (identity.kind === 'natural') return { actions, details: [{ type: 'taxpayer', identity: 'natural' }] };
  const limits = limitsToday({ session, permissions }, records);
  if (!company || !records || !shown || !limits) return undefined;
  return {
    actions,
    limits: { ...limits, actions },
    details: [
      {
        type: 'taxpayer',
        identity: identity.kind,
        ...(identity.kind === 'special' ? { subject: identity.subject } : {}),
        taxpayer: shown,
        role: company.role,
        actions,
        valid_until: lastDay(company, records) ?? null,
        report_no: 'reportNo' in company ? (company.reportNo ?? null) : null,
        basis: basisOf(ctx, client, company, records),
      },
    ],
  };
}

/** Whom a client is asked to accept. */
export const actingOf = (identity: Identity, company: AccessBasis | undefined) => ({
  kind: identity.kind,
  ...(company ? { role: company.role } : {}),
  ...(identity.kind === 'special' ? { subject: identity.subject } : {}),
});

/** The company that is acted for, as it was read. */
const companyIn = ({ by }: AccessBasis, { company, agency }: AccessRecords): Taxpayer | undefined =>
  by === 'staff-form' ? agency?.company : company;

/** A company as this client may know it: its number only where that is no person's, or the settings say so (DOC-4). */
function companyShown(ctx: Keys, client: RelyingParty, company: Taxpayer) {
  const { companyKey, name = '' } = company;
  const mayKnow = client.number || !isPersonal(company);
  return {
    ref: handleKey(ctx.handles, 'pseudonym', `${client.sector}|company|${companyKey}`),
    name,
    ...(mayKnow ? { id: taxpayerIdOf(ctx.dataKeys, company) } : {}),
  };
}

/** By which a request may mean the company: as the client knows it. */
const namesOf = (shown: ReturnType<typeof companyShown> | undefined): string[] =>
  shown ? [shown.ref, ...(shown.id === undefined ? [] : [shown.id])] : [];

function basisOf(
  ctx: Keys,
  client: RelyingParty,
  company: AccessBasis,
  { agency, agreement }: AccessRecords,
): Detail {
  if (company.by !== 'agreement' || !agency?.company) return { kind: company.by };
  return {
    kind: 'agreement',
    agreement_id: company.agreementId,
    items: agreement?.items ?? [],
    agency: companyShown(ctx, client, agency.company),
  };
}
