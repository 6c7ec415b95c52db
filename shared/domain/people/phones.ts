import type { Policies } from '../policies.ts';
import { Problem } from '../problem.ts';
import { foldNumber } from '../text.ts';

/** A mainland mobile number with the country's prefix or without it; the prefix may stand in brackets. */
const mainland = /^(?:\((?:\+|00)?86\)|(?:\+|00)?86)?(1[3-9]\d{9})$/;

/** The 11 digits of a phone, or undefined (DOC-2). */
export const readPhone = (raw: string): string | undefined =>
  raw.length > 64 ? undefined : mainland.exec(foldNumber(raw))?.[1];

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

/** PHN-4: whether a number came by 找回手机号码 so recently that an SMS to it is no fresh factor (SES-5). */
export const recoveredLately = (
  phone: { readonly recoveredAt?: string | undefined },
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): boolean =>
  phone.recoveredAt !== undefined &&
  now.getTime() < Date.parse(phone.recoveredAt) + policies.recoveredPhoneSeconds * 1000;

/**
 * PHN-4: whether a face check counts although a phone was recovered: the check must be later than the last recovery, or
 * the recovery must be more than a day ago. The person whose face was checked before may not be the person who has the
 * number now. Both times are ISO instants as `toISOString` writes them, so that they can be compared as text.
 */
export const coversRecovery = (
  { faceAt, recoveredAt }: { readonly faceAt: string | undefined; readonly recoveredAt: string | undefined },
  now: Date,
  policies: Pick<Policies, 'recoveredPhoneSeconds'>,
): boolean => !recoveredLately({ recoveredAt }, now, policies) || (recoveredAt ?? '') < (faceAt ?? '');
