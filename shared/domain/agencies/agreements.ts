import type { Permission } from '../companies/relations.ts';
import { isDay } from '../days.ts';
import { Problem } from '../problem.ts';

/** Services that an agreement names (AGY-4, 涉税专业服务 items of the agreement form). */
export const serviceItems = [
  'tax-declaration',
  'general-advice',
  'tax-planning',
  'attestation',
  'other-matters',
  'consulting',
] as const;
export type ServiceItem = (typeof serviceItems)[number];

/** The possible states of an agreement; `expired` follows from the last day and is never stored. */
export const agreementStates = ['pending', 'active', 'rejected', 'ended', 'expired'] as const;
export type AgreementState = (typeof agreementStates)[number];

/** First and last day of the service, inclusive, YYYY-MM-DD in Asia/Shanghai. */
export interface Period {
  readonly from: string;
  readonly until: string;
}

/**
 * What an agent may do for the client: file declarations if the agreement names that service, otherwise only look
 * things up.
 */
export const permissionsOfItems = (items: readonly ServiceItem[]): readonly Permission[] =>
  items.includes('tax-declaration') ? ['filing', 'declaration', 'enquiry'] : ['enquiry'];

/** Days are YYYY-MM-DD in Asia/Shanghai, first and last inclusive. */
export const isInForce = (
  { state, from, until }: { readonly state: string; readonly from: string; readonly until: string },
  day: string,
): boolean => state === 'active' && from <= day && day <= until;

/** The state on a day: an agreement that waits or is in force is over after its last day. */
export const agreementStateOn = (
  { state, until }: { readonly state: Exclude<AgreementState, 'expired'>; readonly until: string },
  day: string,
): AgreementState => ((state === 'pending' || state === 'active') && until < day ? 'expired' : state);

/** Each item once, in the order of the form. */
export const orderedItems = (items: readonly ServiceItem[]): ServiceItem[] =>
  serviceItems.filter((item) => items.includes(item));

export const overlap = (one: Period, other: Period): boolean =>
  one.from <= other.until && other.from <= one.until;

const wrongField = (path: string, message: string): Problem =>
  new Problem('BAD_REQUEST', { errors: [{ path, message }], reason: `${path} (${message})` });

/**
 * The two days of a period as somebody entered them.
 * @throws Problem BAD_REQUEST that names the wrong field
 */
export function parsePeriod(raw: Period): Period {
  const from = parseDay('from', raw.from);
  const until = parseDay('until', raw.until);
  if (from > until) throw wrongField('until', 'not before from');
  return { from, until };
}

function parseDay(path: string, raw: string): string {
  const day = raw.trim();
  if (!isDay(day)) throw wrongField(path, 'expected a day');
  return day;
}

/** A period that somebody enters (AGY-4); its last day must be today or later. */
export function parseComingPeriod(raw: Period, today: string): Period {
  const period = parsePeriod(raw);
  if (period.until < today) throw wrongField('until', 'expected a day, today or later');
  return period;
}

/** What an agreement grants: to which agents, for which services, how long. */
export interface GrantedTerms extends Period {
  readonly items: readonly ServiceItem[];
  /** Keys of the agents. */
  readonly agents: readonly string[];
}

/** Whether the new terms grant nobody anything that they do not have already. Then the client need not agree. */
export const onlyNarrows = (now: GrantedTerms, next: GrantedTerms): boolean =>
  next.from >= now.from &&
  next.until <= now.until &&
  next.items.every((item) => now.items.includes(item)) &&
  next.agents.every((agent) => now.agents.includes(agent));
