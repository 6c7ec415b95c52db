import type { Identity } from '#contract/schemas.ts';
import { handleKey } from '#crypto/keys.ts';
import type { Permission } from '#domain/companies/relations.ts';
import { type Audience, type Matter, roleMayDo } from '#domain/factors/matters.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { findTaxpayer, taxpayerIdOf } from '#store/companies/taxpayers.ts';
import type { EffectiveSession } from '#store/sessions/effective-session.ts';

/** The claim `company` of a proof (STP-4). */
export interface ProvenCompany {
  /** The company's pseudonym for this audience. */
  readonly ref: string;
  /** The number, if it is no personal data, or the audience may see such numbers. */
  readonly taxpayerId?: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
}

/**
 * The company that the session acts for now (for an agency, the client that it serves), in the form in which a proof
 * names it. Undefined for a natural person, who acts for no company. Throws ROLE_NOT_ALLOWED if the role or today's
 * permissions are not enough for the matter.
 */
export async function provenCompany(
  ctx: Pick<FlowContext, 'db' | 'handles' | 'dataKeys'>,
  { session, permissions }: EffectiveSession,
  { matter, audience }: { readonly matter: Matter; readonly audience: Audience },
): Promise<ProvenCompany | undefined> {
  const { company } = session;
  if (!company) return undefined;
  const acts = { role: company.role, permissions };
  if (!roleMayDo(matter, acts)) throw new Problem('ROLE_NOT_ALLOWED');
  const taxpayerId = await numberFor(ctx, company.companyKey, session.identity, audience);
  return {
    ref: handleKey(ctx.handles, 'pseudonym', `${audience.code}|company|${company.companyKey}`),
    ...(taxpayerId === undefined ? {} : { taxpayerId }),
    ...acts,
  };
}

async function numberFor(
  ctx: Pick<FlowContext, 'db' | 'dataKeys'>,
  companyKey: string,
  identity: Identity,
  { number }: Audience,
): Promise<string | undefined> {
  const shown = shownNumber(identity);
  // A masked number is a person's number (DOC-4).
  if (!shown?.includes('*')) return shown;
  if (!number) return undefined;
  const company = await findTaxpayer(ctx.db, companyKey);
  return company && taxpayerIdOf(ctx.dataKeys, company);
}

function shownNumber(identity: Identity): string | undefined {
  switch (identity.kind) {
    case 'natural':
      return undefined;
    case 'agency':
      return identity.client?.taxpayerId ?? identity.agencyId;
    default:
      return identity.taxpayerId;
  }
}
