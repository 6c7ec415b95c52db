import type { Identity } from '#contract/schemas.ts';
import { handleKey } from '#crypto/keys.ts';
import type { Permission } from '#domain/companies/relations.ts';
import { grantedActions, type TaxpayerAsked } from '#domain/sso/authorization-details.ts';
import type { Granted } from '#domain/sso/granted-limits.ts';
import type { RelyingParty } from '#domain/sso/relying-parties.ts';
import type { FlowContext } from '#runtime/context.ts';
import { isPersonal, type Taxpayer, taxpayerIdOf } from '#store/companies/taxpayers.ts';
import type { AccessBasis, AccessRecords } from '#store/sessions/access-basis.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';
import { lastDay, limitsToday } from './limits-today.ts';
import { companyHandle } from './requested-company.ts';

/** One entry of `authorization_details` in a relying party's token (RFC 9396). */
export type Detail = Readonly<Record<string, unknown>>;
/** What a hand-over grants. */
export interface GrantedDetails {
  readonly details: readonly Detail[];
  readonly actions: readonly Permission[];
  /** For a company identity: the limits of the grant, to be compared with what holds later (SSO-8). */
  readonly limits?: Granted;
}
type Keys = Pick<FlowContext, 'handles' | 'dataKeys'>;

/**
 * The person's pseudonym at this client and at all clients of its sector; also the `sub` of the sector's proofs
 * (STP-2).
 */
export const pairwise = (ctx: Keys, { sector }: Pick<RelyingParty, 'sector'>, personKey: string): string =>
  handleKey(ctx.handles, 'pseudonym', `${sector}|${personKey}`);

/**
 * SSO-6: what this session is handed over as, narrowed to request ∩ client ∩ what the access basis grants today.
 * Undefined if the client does not accept the identity, or the request means another one.
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
    taxpayer: namesOf(shown).map((name) => companyHandle(ctx.handles, name)),
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

/** The identity that a client is asked to accept. */
export const actingOf = (identity: Identity, company: AccessBasis | undefined) => ({
  kind: identity.kind,
  ...(company ? { role: company.role } : {}),
  ...(identity.kind === 'special' ? { subject: identity.subject } : {}),
});

/** The company that the person acts for, as it was read. */
const companyIn = ({ by }: AccessBasis, { company, agency }: AccessRecords): Taxpayer | undefined =>
  by === 'staff-form' ? agency?.company : company;

/**
 * A company as this client may know it: with its number only if the number is no person's, or the settings allow it
 * (DOC-4).
 */
function companyShown(ctx: Keys, client: RelyingParty, company: Taxpayer) {
  const { companyKey, name = '' } = company;
  const mayKnow = client.number || !isPersonal(company);
  return {
    ref: handleKey(ctx.handles, 'pseudonym', `${client.sector}|company|${companyKey}`),
    name,
    ...(mayKnow ? { id: taxpayerIdOf(ctx.dataKeys, company) } : {}),
  };
}

/** The names by which a request may mean the company, as the client knows them. */
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
