import { isCalendarDate } from './days.ts';
import { type Role, roles } from './names.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** Where an authorisation (人员授权) can stand (REL-10). The first two live, the others have ended. */
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
/** ENT-4: what lists show of a relation whose company is or was cancelled; never stored. */
export const shownStates = [...relationStates, 'company-cancelled'] as const;
export type ShownState = (typeof shownStates)[number];

/** Who began it: the company (or an authority) for the person, or the person towards the company. */
export type Direction = 'invited' | 'applied';
/** Who moves it. `registry` is the feed of other authorities (ENT-3). */
export type Side = 'person' | 'company' | 'registry' | 'hall';

/** REL-8: the permission groups, in the order in which they are shown. */
export const permissions = ['filing', 'declaration', 'enquiry', 'invoice'] as const;
export type Permission = (typeof permissions)[number];

/** REL-7: the roles that either side may give and take; the others come and go by the registry alone. */
export const staffRoles = ['tax-handler', 'invoice-clerk'] as const satisfies readonly Role[];
/** REL-5, REL-6, REL-8: who acts for the company in matters of its people. */
export const managingRoles = ['legal-representative', 'finance-head'] as const satisfies readonly Role[];
/** REL-2, REL-3: the roles that one person at a time holds; the next appointment supersedes the last. */
export const appointedRoles = managingRoles;
export type AppointedRole = (typeof appointedRoles)[number];

/** What a rule looks at. `validUntil` is a Shanghai day, inclusive; without one it is unlimited (REL-8). */
export interface RelationFacts {
  readonly role: Role;
  readonly state: RelationState;
  readonly direction: Direction;
  /** Whether the person may say no (REL-3). */
  readonly refusable: boolean;
  readonly validUntil?: string;
  /** The term of the company in which it began (ENT-4); absent = 0. */
  readonly companyTerm?: number | undefined;
  /** It ended because its company was cancelled (ENT-4). */
  readonly endedWithCompany?: true;
}

export interface Transition {
  readonly by: Side;
  readonly from: readonly LiveState[];
  readonly to: RelationState;
  /** Only what this side began, or only what the other did. */
  readonly direction?: Direction;
  /** Only these roles; others are refused with ROLE_NOT_ALLOWED. */
  readonly roles?: readonly Role[];
  /** Only what may be refused (REL-3). */
  readonly refusable?: true;
}

/**
 * The state machine (REL-10): who may move an authorisation, from where, to where. The store turns each line into the
 * condition of its write, so that an illegal change is refused by the table itself.
 */
export const transitions = {
  /** The legal representative's is no matter of consent: it becomes active with the company (REL-2). */
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
  /** ENT-1, ENT-2: whoever confirms the company activates the own pending relation with it. */
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
  /** Permissions and validity (REL-8). */
  adjust: { by: 'company', from: ['active'], to: 'active', roles: staffRoles },
  /** REL-2: by itself, once the company's tax information is confirmed. */
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

/** The state on a day: what has passed its last day is no relation, whatever is written down (REL-8). */
export const stateOn = (relation: Pick<RelationFacts, 'state' | 'validUntil'>, day: string): RelationState =>
  isLive(relation.state) && relation.validUntil !== undefined && relation.validUntil < day
    ? 'expired'
    : relation.state;

/**
 * ENT-4: the relation as the company's present term leaves it. Each cancellation of a company begins a new term, and a
 * relation lives only in the term in which it began: nothing comes alive again when the company returns.
 * @param term of the company as it is now; absent = 0
 */
export const inTerm = <R extends RelationFacts>(relation: R, term: number | undefined): R =>
  isLive(relation.state) && (relation.companyTerm ?? 0) !== (term ?? 0)
    ? { ...relation, state: 'expired', endedWithCompany: true }
    : relation;

/** What a list shows of the relation (REL-8, ENT-4), by what it knows of the company. */
export function shownStateOn(
  relation: RelationFacts,
  company: { readonly cancelled: boolean; readonly term: number | undefined },
  day: string,
): ShownState {
  const now = inTerm(relation, company.term);
  return now.endedWithCompany || (company.cancelled && isLive(now.state))
    ? 'company-cancelled'
    : stateOn(now, day);
}

export const isLive = (state: ShownState): state is LiveState => state === 'pending' || state === 'active';

export const isActiveOn = (
  relation: Pick<RelationFacts, 'state' | 'validUntil'> | undefined,
  day: string,
): boolean => relation !== undefined && stateOn(relation, day) === 'active';

/** The three lists of both sides (CTR-3): 已授权, 待确认, 历史. */
export const relationLists = ['active', 'pending', 'history'] as const;
export type RelationList = (typeof relationLists)[number];
export const listOf = (state: ShownState): RelationList => (isLive(state) ? state : 'history');

/** Why a transition is refused to this relation on a day; undefined where it is legal. */
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
 * REL-8: what a role may do. Legal representative and finance head always everything, an invoice clerk only invoices;
 * a tax handler everything unless `narrowed`; a tax agent what the agreement says.
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

/** LGN-10: the place of a role in lists and choices. */
export const roleOrder = (role: Role): number => roles.indexOf(role);

/** REL-5, REL-6: whether people and companies may agree on this role between themselves. */
export const isStaffRole = (role: Role): role is (typeof staffRoles)[number] =>
  staffRoles.some((one) => one === role);
/** SPC-3: whether a role sees all of a company's 跨区域涉税事项 reports. */
export const seesReports = (role: Role): boolean => isManagingRole(role) || role === 'tax-handler';
export const isManagingRole = (role: Role): boolean => managingRoles.some((one) => one === role);

/**
 * The last day of a relation as somebody asks for it (REL-8): null is unlimited, undefined where nothing was said.
 * @throws Problem BAD_REQUEST naming the field `validUntil` for what is no day, or a day that is over
 */
export function parseLastDay(raw: string | null | undefined, today: string): string | null | undefined {
  if (raw === undefined) return undefined;
  if (raw === null || raw.trim() === '') return null;
  const day = raw.trim();
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (!isCalendarDate(Number(year), Number(month), Number(date)) || day < today)
    throw new Problem('BAD_REQUEST', {
      errors: [{ path: 'validUntil', message: 'expected a day, today or later' }],
    });
  return day;
}
