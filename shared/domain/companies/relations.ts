import { isDay } from '../days.ts';
import { type Role, roles } from '../names.ts';
import { Problem, type ProblemCode } from '../problem.ts';

/** The states of an authorization (人员授权) (REL-10). In the first two it is live, in the others it has ended. */
export const relationStates = [
  'pending',
  'active',
  'rejected',
  'withdrawn',
  'deleted',
  'expired',
  'superseded',
] as const;
export type RelationState = (typeof relationStates)[number];
export type LiveState = 'pending' | 'active';
/** ENT-4: lists also show this state, for a relation whose company is or was cancelled; it is never stored. */
export const shownStates = [...relationStates, 'company-cancelled'] as const;
export type ShownState = (typeof shownStates)[number];

/** Who began the relation: the company (or an authority) invited the person, or the person applied to the company. */
export type Direction = 'invited' | 'applied';
/** Who changes the relation. `registry` is the feed of other authorities (ENT-3). */
export type Side = 'person' | 'company' | 'registry' | 'hall';

/** REL-8: the permission groups, in the order in which they are shown. */
export const permissions = ['filing', 'declaration', 'enquiry', 'invoice'] as const;
export type Permission = (typeof permissions)[number];

/** REL-7: the roles that either side may give and end; the other roles come only from the registry. */
export const staffRoles = ['tax-handler', 'invoice-clerk'] as const satisfies readonly Role[];
/** REL-5, REL-6, REL-8: the roles that manage the company's people. */
export const managingRoles = ['legal-representative', 'finance-head'] as const satisfies readonly Role[];
/** REL-2, REL-3: roles that only one person holds at a time; a new appointment replaces the previous one. */
export const appointedRoles = managingRoles;
export type AppointedRole = (typeof appointedRoles)[number];

/** The facts that rules judge. `validUntil` is a Shanghai day, inclusive; absent means unlimited (REL-8). */
export interface RelationFacts {
  readonly role: Role;
  readonly state: RelationState;
  readonly direction: Direction;
  /** Whether the person may refuse the relation (REL-3). */
  readonly refusable: boolean;
  readonly validUntil?: string;
  /** ENT-4: the term of the company in which the relation began; absent = 0. */
  readonly companyTerm?: number | undefined;
  /** ENT-4: the relation ended because its company was cancelled. */
  readonly endedWithCompany?: true;
}

export interface Transition {
  readonly by: Side;
  readonly from: readonly LiveState[];
  readonly to: RelationState;
  /** Only a relation that this side began, or only one that the other side began. */
  readonly direction?: Direction;
  /** Only these roles; others are refused with ROLE_NOT_ALLOWED. */
  readonly roles?: readonly Role[];
  /** Only a relation that may be refused (REL-3). */
  readonly refusable?: true;
}

/**
 * The state machine (REL-10): who may change an authorization, from which states, to which state. The store turns each
 * line into the condition of its write, so that the table itself refuses an illegal change.
 */
export const transitions = {
  /** A legal representative's relation needs no consent: it becomes active together with the company (REL-2). */
  acceptInvitation: {
    by: 'person',
    from: ['pending'],
    to: 'active',
    direction: 'invited',
    roles: ['finance-head', 'tax-handler', 'invoice-clerk', 'tax-agent'],
  },
  refuseInvitation: {
    by: 'person',
    from: ['pending'],
    to: 'rejected',
    direction: 'invited',
    refusable: true,
  },
  withdrawApplication: { by: 'person', from: ['pending'], to: 'withdrawn', direction: 'applied' },
  leave: { by: 'person', from: ['active'], to: 'deleted', roles: staffRoles },
  /** ENT-1, ENT-2: a person who confirms a company thereby activates their own pending relation. */
  confirmWithCompany: {
    by: 'person',
    from: ['pending'],
    to: 'active',
    roles: ['legal-representative', 'tax-handler'],
  },
  acceptApplication: {
    by: 'company',
    from: ['pending'],
    to: 'active',
    direction: 'applied',
    roles: staffRoles,
  },
  refuseApplication: {
    by: 'company',
    from: ['pending'],
    to: 'rejected',
    direction: 'applied',
    roles: staffRoles,
  },
  withdrawInvitation: {
    by: 'company',
    from: ['pending'],
    to: 'withdrawn',
    direction: 'invited',
    roles: staffRoles,
  },
  dismiss: { by: 'company', from: ['active'], to: 'deleted', roles: staffRoles },
  /** Changes permissions and the last day (REL-8). */
  adjust: { by: 'company', from: ['active'], to: 'active', roles: staffRoles },
  /** REL-2: happens by itself when the company's tax information is confirmed. */
  takeEffect: { by: 'registry', from: ['pending'], to: 'active', roles: ['legal-representative'] },
  supersede: { by: 'registry', from: ['pending', 'active'], to: 'superseded', roles: appointedRoles },
  strike: { by: 'registry', from: ['pending', 'active'], to: 'deleted' },
  confirmAtHall: {
    by: 'hall',
    from: ['pending'],
    to: 'active',
    roles: ['finance-head', 'tax-handler', 'invoice-clerk'],
  },
  removeAtHall: { by: 'hall', from: ['pending', 'active'], to: 'deleted', roles: staffRoles },
} as const satisfies Record<string, Transition>;

/** REL-8: the state on a day: after its last day a relation is over, whatever state is stored. */
export const stateOn = (relation: Pick<RelationFacts, 'state' | 'validUntil'>, day: string): RelationState =>
  isLive(relation.state) && relation.validUntil !== undefined && relation.validUntil < day
    ? 'expired'
    : relation.state;

/**
 * ENT-4: the relation as it is in the company's present term. Each cancellation of a company begins a new term, and a
 * relation lives only in the term in which it began: nothing becomes active again when the company returns.
 * @param term of the company now; absent = 0
 */
export const inTerm = <R extends RelationFacts>(relation: R, term: number | undefined): R =>
  isLive(relation.state) && (relation.companyTerm ?? 0) !== (term ?? 0)
    ? { ...relation, state: 'expired', endedWithCompany: true }
    : relation;

/** The state that a list shows (REL-8, ENT-4), judged by the list's own copy of the company. */
export function shownStateOn(
  relation: RelationFacts,
  company: { readonly cancelled: boolean; readonly term: number | undefined },
  day: string,
): ShownState {
  const today = inTerm(relation, company.term);
  return today.endedWithCompany || (company.cancelled && isLive(today.state))
    ? 'company-cancelled'
    : stateOn(today, day);
}

export const isLive = (state: ShownState): state is LiveState => state === 'pending' || state === 'active';

export const isActiveOn = (
  relation: Pick<RelationFacts, 'state' | 'validUntil'> | undefined,
  day: string,
): boolean => relation !== undefined && stateOn(relation, day) === 'active';

/** The three lists that each side has (CTR-3): 已授权, 待确认, 历史. */
export const relationLists = ['active', 'pending', 'history'] as const;
export type RelationList = (typeof relationLists)[number];
export const listOf = (state: ShownState): RelationList => (isLive(state) ? state : 'history');

/** Why this transition is refused for this relation on a day; undefined if it is legal. */
export function refusalOf(
  transition: Transition,
  relation: RelationFacts,
  day: string,
): Extract<ProblemCode, 'ROLE_NOT_ALLOWED' | 'STATE_CONFLICT' | 'REFUSAL_NOT_ALLOWED'> | undefined {
  if (transition.roles && !transition.roles.includes(relation.role)) return 'ROLE_NOT_ALLOWED';
  const state = stateOn(relation, day);
  if (!isLive(state) || !transition.from.includes(state)) return 'STATE_CONFLICT';
  if (transition.direction && relation.direction !== transition.direction) return 'STATE_CONFLICT';
  if (transition.refusable && !relation.refusable) return 'REFUSAL_NOT_ALLOWED';
  return undefined;
}

/**
 * REL-8: what a role may do. A legal representative and a finance head may always do everything, an invoice clerk only
 * invoices; a tax handler everything unless `narrowed`; a tax agent what the agreement says.
 */
export function permissionsOf(role: Role, narrowed?: readonly string[]): Permission[] {
  const asked = (all: readonly Permission[]) => permissions.filter((one) => (narrowed ?? all).includes(one));
  switch (role) {
    case 'legal-representative':
    case 'finance-head':
      return [...permissions];
    case 'invoice-clerk':
      return ['invoice'];
    case 'tax-handler':
      return asked(permissions);
    case 'tax-agent':
      return asked([]);
  }
}

/** LGN-10: the position of a role in lists and choices. */
export const roleOrder = (role: Role): number => roles.indexOf(role);

/** REL-5, REL-6: whether a person and a company may agree on this role without the registry. */
export const isStaffRole = (role: Role): role is (typeof staffRoles)[number] =>
  staffRoles.some((one) => one === role);
/** SPC-3: whether a role sees all of a company's 跨区域涉税事项 reports. */
export const seesReports = (role: Role): boolean => isManagingRole(role) || role === 'tax-handler';
export const isManagingRole = (role: Role): boolean => managingRoles.some((one) => one === role);

/**
 * The last day of a relation as somebody enters it (REL-8): null means unlimited, undefined means that nothing was
 * entered.
 * @throws Problem BAD_REQUEST that names the field `validUntil` if the text is no day, or the day is over
 */
export function parseLastDay(raw: string | null | undefined, today: string): string | null | undefined {
  if (raw === undefined) return undefined;
  if (raw === null || raw.trim() === '') return null;
  const day = raw.trim();
  if (!isDay(day) || day < today)
    throw new Problem('BAD_REQUEST', {
      errors: [{ path: 'validUntil', message: 'expected a day, today or later' }],
    });
  return day;
}
