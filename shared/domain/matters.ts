import { type ChannelAction, may } from './channels.ts';
import { type Channel, channels } from './names.ts';

/** STP-1: invoice matters may also be scanned with the mini programs, others only with the two apps. */
export const matterClasses = ['invoice', 'other'] as const;
export type MatterClass = (typeof matterClasses)[number];

/** A matter of risk (风险事项) that asks for a scan at the moment it is done (STP-1). */
export interface Matter {
  readonly code: string;
  readonly zh: string;
  readonly class: MatterClass;
  /** How long a face proof serves this matter, 0 to 24 hours (STP-2); 0 = a scan each time. */
  readonly validitySeconds: number;
}

/** STP-2: a tax system that asks for proofs. */
export interface Audience {
  readonly code: string;
  /** Whether its proofs may name the person's document; the others get a pseudonym alone. */
  readonly document: boolean;
}

export const longestValiditySeconds = 86_400;
/** However old the face check, whoever gets a proof has this long to show it. */
export const shortestProofSeconds = 300;

const matter = (code: string, zh: string, matterClass: MatterClass): Matter => ({
  code,
  zh,
  class: matterClass,
  validitySeconds: longestValiditySeconds,
});

/** The matters of a stage that says nothing else. */
export const defaultMatters: readonly Matter[] = [
  matter('invoice.issue', '开具发票', 'invoice'),
  matter('invoice.quota', '发票额度调整', 'invoice'),
  matter('invoice.void', '作废发票', 'invoice'),
  matter('refund.apply', '申请退税', 'other'),
  matter('taxpayer.cancel', '税务注销', 'other'),
  matter('relation.confirm', '确认企业授权', 'other'),
];

/** No audience sees a document unless the stage says so. */
export const defaultAudiences: readonly Audience[] = [
  { code: 'invoice', document: false },
  { code: 'filing', document: false },
  { code: 'registration', document: false },
];

/** What a channel must be allowed to do in order to scan for a matter (CHN). */
export const actionFor = (matterClass: MatterClass): ChannelAction =>
  matterClass === 'invoice' ? 'step-up-invoice' : 'step-up-other';

/** The phone channels that may scan for a matter: its class says which. */
export const channelsFor = ({ class: matterClass }: Pick<Matter, 'class'>): Channel[] =>
  channels.filter((channel) => may(channel, actionFor(matterClass)));

/** STP-2: whether a face check made at `at` still serves a matter. One that lies in the future serves nothing. */
export function faceServes(
  { validitySeconds }: Pick<Matter, 'validitySeconds'>,
  at: Date,
  now: Date,
): boolean {
  const age = (now.getTime() - at.getTime()) / 1000;
  return age >= 0 && age < validitySeconds;
}

/** STP-2: the instant at which a proof ends: with the face check's validity, but with time enough to be shown. */
export const proofEnd = ({ validitySeconds }: Pick<Matter, 'validitySeconds'>, at: Date, now: Date): Date =>
  new Date(Math.max(at.getTime() + validitySeconds * 1000, now.getTime() + shortestProofSeconds * 1000));
