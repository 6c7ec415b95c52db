import type { Policies } from './policies.ts';
import { Problem } from './problem.ts';
import { toHalfWidth } from './text.ts';

/** Mainland mobile numbers with an optional country prefix; single spaces or hyphens between digits are habit. */
const typed = /^(?:(?:\+|00)86[ -]?)?1(?:[ -]?\d){10}$/;
const mainland = /^1[3-9]\d{9}$/;

/** The 11 digits of a phone, or undefined (DOC-2). */
export function readPhone(raw: string): string | undefined {
  if (raw.length > 64) return undefined;
  const text = toHalfWidth(raw).trim().replace(/\s+/g, ' ');
  if (!typed.test(text)) return undefined;
  const phone = text.replace(/[ -]/g, '').slice(-11);
  return mainland.test(phone) ? phone : undefined;
}

/**
 * The 11 digits of a mainland mobile number (DOC-2).
 * @throws Problem PHONE_INVALID
 */
export function parsePhone(raw: string): string {
  const phone = readPhone(raw);
  if (phone === undefined) throw new Problem('PHONE_INVALID');
  return phone;
}

export const looksLikePhone = (text: string): boolean => readPhone(text) !== undefined;

/** PHN-4: whether a number came by 找回手机号码 so lately that an SMS to it is no fresh factor (SES-5). */
export const recoveredLately = (
  phone: { readonly recoveredAt?: string | undefined },
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): boolean =>
  phone.recoveredAt !== undefined &&
  now.getTime() < Date.parse(phone.recoveredAt) + policies.recoveredPhoneSeconds * 1000;

/**
 * PHN-4: whether a face stands against the last 找回手机号码, where that was lately: whose face was seen before it may not
 * be who has the number now. Both are ISO instants as `toISOString` writes them, so that they compare as text.
 */
export const coversRecovery = (
  { faceAt, recoveredAt }: { readonly faceAt: string | undefined; readonly recoveredAt: string | undefined },
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): boolean => !recoveredLately({ recoveredAt }, now, policies) || (recoveredAt ?? '') < (faceAt ?? '');
