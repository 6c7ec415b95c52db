import type { SmsPurpose } from '#domain/names.ts';

export type SmsLanguage = 'zh' | 'en';

const signature = { zh: '【安徽税务】', en: '[Anhui Tax] ' } as const;

/** What the code is for, as the person calls it (SMS-3). */
const purposes: Record<SmsPurpose, Record<SmsLanguage, string>> = {
  registration: { zh: '用户注册', en: 'registration' },
  login: { zh: '登录', en: 'login' },
  'password-reset': { zh: '重置密码', en: 'password reset' },
  'phone-recovery': { zh: '找回手机号码', en: 'phone recovery' },
  'add-phone': { zh: '添加手机号码', en: 'adding a phone number' },
  factor: { zh: '身份验证', en: 'identity check' },
  deregistration: { zh: '用户注销', en: 'closing the account' },
  'legacy-binding': { zh: '办税人员绑定', en: 'binding a tax handler' },
};

export const purposeText = (purpose: SmsPurpose, lang: SmsLanguage = 'zh'): string => purposes[purpose][lang];

/** The text of a code (SMS-3): bureau, purpose, code, how many minutes it is good for, and a warning. */
export function smsText(
  purpose: SmsPurpose,
  code: string,
  minutes: number,
  lang: SmsLanguage = 'zh',
): string {
  const name = purposeText(purpose, lang);
  return lang === 'zh'
    ? `${signature.zh}验证码${code}，用于安徽省电子税务局${name}，${minutes}分钟内有效。非本人操作请忽略，切勿告知他人，税务人员不会索要验证码。`
    : `${signature.en}${code} is your code for ${name} at the Anhui e-tax bureau, valid for ${minutes} minutes. Never share it; tax officers do not ask for it.`;
}

export type NoticeKind = 'password-changed' | 'phone-added' | 'phone-removed' | 'deregistered';

const notices: Record<NoticeKind, Record<SmsLanguage, string>> = {
  'password-changed': { zh: '账号密码已修改', en: 'The password of your account was changed' },
  'phone-added': { zh: '账号已新增手机号码', en: 'A phone number was added to your account' },
  'phone-removed': { zh: '账号已移除手机号码', en: 'A phone number was removed from your account' },
  deregistered: { zh: '账号已注销', en: 'Your account was closed' },
};

/**
 * Tells the person of a change they may not have made (PWD-3, PHN-4).
 * @param detail already masked (DOC-4), e.g. the number that was added.
 */
export function noticeText(kind: NoticeKind, detail = '', lang: SmsLanguage = 'zh'): string {
  const what = notices[kind][lang];
  return lang === 'zh'
    ? `${signature.zh}您的安徽省电子税务局${what}${detail}。如非本人操作，请立即通过“忘记密码”修改密码并联系主管税务机关。`
    : `${signature.en}${what}${detail && ` (${detail})`}. If this was not you, reset your password at once and contact your tax office.`;
}
