import { channelMay } from '#domain/channels.ts';
import { managingRoles } from '#domain/companies/relations.ts';
import { shanghaiDay } from '#domain/days.ts';
import type { Role } from '#domain/names.ts';
import { Problem } from '#domain/problem.ts';
import type { FlowContext } from '#runtime/context.ts';
import { activeRelationCheck } from '#store/companies/relation-checks.ts';
import type { Relation } from '#store/companies/relations.ts';
import {
  activeCompanyCheck,
  companyProblem,
  findTaxpayer,
  isKnown,
  type KnownTaxpayer,
  type Taxpayer,
} from '#store/companies/taxpayers.ts';
import type { Write } from '#store/dynamodb/tables.ts';
import type { AccessBasis } from '#store/sessions/access-basis.ts';
import type { SessionCall } from '../factors/fresh-factor.ts';
import { type ManagingCall, managingFactorChecks } from '../factors/managing-factor.ts';

/**
 * REL-9: among the channels only the web and the hall may change relations; the session records where it was opened.
 */
export function requireChangingChannel(ctx: Pick<FlowContext, 'settings'>, { caller }: SessionCall): void {
  if (!channelMay(caller.session.channel, 'change-relations', ctx.settings))
    throw new Problem('CHANNEL_NOT_ALLOWED');
}

type ByRelation = Extract<AccessBasis, { by: 'relation' }>;
type ByStaffForm = Extract<AccessBasis, { by: 'staff-form' }>;

/**
 * Who manages what: a person with a relation of their own in one of these roles, or an agent on the agency's staff
 * form.
 */
const managers = {
  /** A company's people and the agreements with its agencies (REL-5, AGY-4). */
  company: { roles: managingRoles, agents: false },
  /** An agency's agreements with its clients (AGY-4). The caller makes sure that the company is an agency. */
  agency: { roles: [...managingRoles, 'tax-handler'], agents: true },
  /** An agency's staff form (AGY-1): an agent who is on the form does not decide who else is on it. */
  'staff-form': { roles: [...managingRoles, 'tax-handler'], agents: false },
} as const satisfies Record<string, { readonly roles: readonly Role[]; readonly agents: boolean }>;
type ManagedSubject = keyof typeof managers;
type BasisFor<W extends ManagedSubject> = W extends ManagedSubject
  ? (typeof managers)[W]['agents'] extends true
    ? ByRelation | ByStaffForm
    : ByRelation
  : never;

/**
 * The company for which this session manages it, logged in through `enterprise`. ROLE_NOT_ALLOWED for everybody else.
 */
export function managerBasis<W extends ManagedSubject>({ caller }: SessionCall, what: W): BasisFor<W> {
  const { identity, company } = caller.session;
  const { roles, agents } = managers[what];
  const mayManage =
    identity.kind === 'enterprise' &&
    ((agents && company?.by === 'staff-form') ||
      (company?.by === 'relation' && roles.some((role) => role === company.role)));
  if (!mayManage) throw new Problem('ROLE_NOT_ALLOWED');
  return company as BasisFor<W>;
}

/** A person who may manage now: the access basis, and the checks for the transaction. */
export interface Manager<W extends ManagedSubject = ManagedSubject> {
  readonly basis: BasisFor<W>;
  readonly factorChecks: readonly Write[];
}

/**
 * Checks all that managing requires, before anything is looked up: the channel (REL-9), the role, and the session's
 * second factor (SES-5, PHN-4). Throws CHANNEL_NOT_ALLOWED, ROLE_NOT_ALLOWED, FACE_REQUIRED, FRESH_FACTOR_REQUIRED.
 */
export function requireManager<W extends ManagedSubject>(
  ctx: Pick<FlowContext, 'settings'>,
  call: ManagingCall,
  what: W,
): Manager<W> {
  requireChangingChannel(ctx, call);
  const basis = managerBasis(call, what);
  return { basis, factorChecks: managingFactorChecks(ctx, call) };
}

/**
 * The checks of a company's manager for the transaction. The session's relation was checked when the call came in; the
 * transaction checks it again, because the manager may be replaced in between. RELATION_NOT_FOUND,
 * COMPANY_NOT_CONFIRMED.
 * @param relation the relation that is changed: one from an earlier term of the company is not changed (ENT-4),
 * STATE_CONFLICT
 */
export const managingChecks = (
  { basis, factorChecks }: Manager<'company'>,
  { caller, now }: SessionCall,
  relation?: Relation,
): Write[] => [
  ...factorChecks,
  activeRelationCheck({ personKey: caller.session.personKey, ...basis }, shanghaiDay(now)),
  {
    ...activeCompanyCheck(basis.companyKey, relation),
    onRefused: (old) => lostProblem(old as Taxpayer | undefined, relation),
  },
];

/** The managed company as it is now. RELATION_NOT_FOUND, COMPANY_NOT_CONFIRMED. */
export async function managedCompany(
  { db }: Pick<FlowContext, 'db'>,
  { basis }: Manager<'company'>,
): Promise<KnownTaxpayer> {
  const company = await findTaxpayer(db, basis.companyKey);
  if (!isKnown(company) || company.state !== 'active') throw lostProblem(company);
  return company;
}

/**
 * For a person who was inside the company, a cancelled company is not an unknown number: they have lost their access.
 */
function lostProblem(company: Taxpayer | undefined, relation?: Relation): Problem {
  const problem = companyProblem(company);
  if (!problem && relation) return new Problem('STATE_CONFLICT');
  return problem?.code === 'COMPANY_NOT_CONFIRMED' ? problem : new Problem('RELATION_NOT_FOUND');
}
