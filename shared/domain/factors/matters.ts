import { type ChannelAction, channelMay } from '../channels.ts';
import { isManagingRole, type Permission } from '../companies/relations.ts';
import { type Channel, channels, type Role } from '../names.ts';

/** STP-1: invoice matters may also be scanned with the mini programs, others only with the two apps. */
export const matterClasses = ['invoice', 'other'] as const;
export type MatterClass = (typeof matterClasses)[number];

/** STP-4: what a person who acts for a company needs for a matter: a permission group, or a managing role. */
export type MatterNeed = Permission | 'manager';

/** A matter of risk (风险事项), which needs a scan at the moment when it is done (STP-1). */
export interface Matter {
  readonly code: string;
  readonly zh: string;
  readonly class: MatterClass;
  /**
   * How long one face check serves this matter, 0 to 24 hours in seconds (STP-2); 0 means a new scan each time. Only
   * matters of class `invoice` may have more than 0 (STP-4).
   */
  readonly validitySeconds: number;
  /**
   * STP-4: required of a person who acts for a company. Without it anybody who acts for the company may do the matter.
   */
  readonly needs?: MatterNeed | undefined;
}

/**
 * The matter with this code; undefined if the stage has none, or none any more.
 * @param code as a request states it
 */
export const findMatter = <M extends Pick<Matter, 'code'>>(
  matters: readonly M[],
  code: unknown,
): M | undefined => matters.find((matter) => matter.code === code);

/** STP-2: a tax system that asks for proofs. */
export interface Audience {
  readonly code: string;
  /** Whether its proofs may name the person's document; otherwise they carry a pseudonym only. */
  readonly document: boolean;
  /**
   * Whether its proofs may name a company's number that is personal data (DOC-4); otherwise they carry the `ref` only.
   */
  readonly number?: boolean | undefined;
}

export const longestValiditySeconds = 86_400;
/** STP-4: seconds that a proof lives. A system that needs a proof later asks again, and everything is judged again. */
export const proofSeconds = 300;

/** STP-2: a value that the asking system may send and finds again in the answer. */
export const nonceForm = /^[\x21-\x7e]{1,128}$/;

/** STP-4: how long a face check serves a matter whose settings do not say. */
export const usualValidity = (matterClass: MatterClass): number =>
  matterClass === 'invoice' ? longestValiditySeconds : 0;

const matter = (code: string, zh: string, matterClass: MatterClass, needs?: MatterNeed): Matter => ({
  code,
  zh,
  class: matterClass,
  validitySeconds: usualValidity(matterClass),
  ...(needs === undefined ? {} : { needs }),
});

/** The matters of a stage whose settings name none. */
export const defaultMatters: readonly Matter[] = [
  matter('invoice.issue', '开具发票', 'invoice', 'invoice'),
  matter('invoice.quota', '发票额度调整', 'invoice', 'invoice'),
  matter('invoice.void', '作废发票', 'invoice', 'invoice'),
  matter('refund.apply', '申请退税', 'other', 'declaration'),
  matter('taxpayer.cancel', '税务注销', 'other', 'manager'),
  matter('relation.confirm', '确认企业授权', 'other'),
];

/** The audiences of a stage whose settings name none. No audience sees a document unless the stage allows it. */
export const defaultAudiences: readonly Audience[] = [
  { code: 'invoice', document: false },
  { code: 'filing', document: false },
  { code: 'registration', document: false },
];

/** The action that a channel must be allowed to do in order to scan for a matter (CHN). */
export const actionFor = (matterClass: MatterClass): ChannelAction =>
  matterClass === 'invoice' ? 'step-up-invoice' : 'step-up-other';

/** The phone channels that may scan for a matter, by the matter's class. */
export const channelsFor = ({ class: matterClass }: Pick<Matter, 'class'>): Channel[] =>
  channels.filter((channel) => channelMay(channel, actionFor(matterClass)));

/** STP-2: whether a face check made at `at` still serves a matter. A check in the future never does. */
export function isFaceCheckRecent(
  { validitySeconds }: Pick<Matter, 'validitySeconds'>,
  at: Date,
  now: Date,
): boolean {
  const age = (now.getTime() - at.getTime()) / 1000;
  return age >= 0 && age < validitySeconds;
}

/**
 * Until when (epoch seconds) a tax system may rely on a matter's face check, as with proofs: as long as the check
 * serves the matter, and at least five minutes from the moment when the system is told.
 */
export const reliedOnUntil = (
  { validitySeconds }: Pick<Matter, 'validitySeconds'>,
  at: Date,
  disclosedAt: Date,
): number =>
  Math.floor(
    Math.max(at.getTime() + validitySeconds * 1000, disclosedAt.getTime() + proofSeconds * 1000) / 1000,
  );

/**
 * STP-4: whether a person with this role and today's permissions may do a matter for a company. Natural persons act for
 * themselves and are not checked.
 */
export function roleMayDo(
  { needs }: Pick<Matter, 'needs'>,
  { role, permissions }: { readonly role: Role; readonly permissions: readonly Permission[] },
): boolean {
  if (needs === undefined) return true;
  return needs === 'manager' ? isManagingRole(role) : permissions.includes(needs);
}
