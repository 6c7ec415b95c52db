import type { SmsPurpose } from '#domain/names.ts';

export type SmsLanguage = 'zh' | 'en';

const signature = { zh: '【安徽税务】', en: '[Anhui Tax] ' } as const;

/** The purpose of a code in the words that people use (SMS-3). */
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

/** The text of a code message (SMS-3): bureau, purpose, code, minutes of validity, and a warning. */
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

/** Changes of the person's own account, which perhaps somebody else made. */
type AccountNotice =
  | 'password-changed'
  | 'username-changed'
  | 'phone-added'
  | 'phone-added-as-default'
  | 'phone-removed'
  | 'phone-lost'
  | 'default-phone-changed'
  | 'phone-recovered'
  | 'deregistered'
  | 'restored';
/** What the authority ordered about the account (ORD-1). */
export type OrderNotice = 'account-suspended' | 'account-resumed' | 'sessions-ended' | 'phones-emptied';
/** What a company or an officer did to the person's relation (REL-5, REL-7, REL-8). */
export type RelationNotice = 'relation-invited' | 'relation-adjusted' | 'relation-deleted';
export type NoticeKind = AccountNotice | OrderNotice | RelationNotice;

const notices: Record<NoticeKind, Record<SmsLanguage, string>> = {
  'password-changed': { zh: '账号密码已修改', en: 'The password of your account was changed' },
  'username-changed': {
    zh: '账号的用户名已设置或修改',
    en: 'The username of your account was set or changed',
  },
  'phone-added': { zh: '账号已新增手机号码', en: 'A phone number was added to your account' },
  'phone-added-as-default': {
    zh: '账号已新增并改用默认手机号码',
    en: 'A phone number was added to your account as its default',
  },
  'phone-removed': { zh: '账号已移除手机号码', en: 'A phone number was removed from your account' },
  'phone-lost': {
    zh: '账号的手机号码已由他人验证认领，已从您的账号移除',
    en: 'Somebody else has proved a phone number of your account, which has lost it',
  },
  'default-phone-changed': {
    zh: '账号的默认手机号码已改为',
    en: 'The default phone number of your account was changed',
  },
  'phone-recovered': {
    zh: '账号已通过找回手机号码更换默认手机号码',
    en: 'The default phone number of your account was replaced',
  },
  deregistered: { zh: '账号已注销', en: 'Your account was closed' },
  'account-suspended': {
    zh: '账号已被税务机关停用',
    en: 'The tax authority has suspended your account',
  },
  'account-resumed': {
    zh: '账号已由税务机关恢复使用',
    en: 'The tax authority has resumed your account',
  },
  'sessions-ended': {
    zh: '账号的登录已被税务机关结束',
    en: 'The tax authority has ended the sessions of your account',
  },
  'phones-emptied': {
    zh: '账号的手机号码已被税务机关置空',
    en: 'The tax authority has taken all phone numbers off your account',
  },
  restored: { zh: '账号已重新注册并恢复', en: 'Your account was registered again and restored' },
  'relation-invited': { zh: '账户收到企业授权邀请：', en: 'A company invites you to act for it' },
  'relation-adjusted': { zh: '账户的企业授权已变更：', en: 'Your authorisation by a company was changed' },
  'relation-deleted': { zh: '账户的企业授权已解除：', en: 'Your authorisation by a company has ended' },
};

const ownAdvice = {
  zh: '如非本人操作，请立即通过“忘记密码”修改密码并联系主管税务机关',
  en: 'If this was not you, reset your password at once and contact your tax office',
};
const othersAdvice = {
  zh: '如有疑问，请联系该企业或主管税务机关',
  en: 'If in doubt, ask the company or your tax office',
};
/** The person cannot undo an order (ORD-1). */
const ordersAdvice = {
  zh: '如有疑问，请拨打12366或携带证件前往办税服务厅',
  en: 'If in doubt, call 12366 or bring your document to a tax service hall',
};
/** What the person can do about it; most notices are about changes that only the person should make. */
const advice: Partial<Record<NoticeKind, Record<SmsLanguage, string>>> = {
  'account-suspended': ordersAdvice,
  'account-resumed': ordersAdvice,
  'sessions-ended': ordersAdvice,
  'phones-emptied': ordersAdvice,
  'relation-invited': {
    zh: '请以自然人身份登录，在“企业授权管理”中确认或拒绝',
    en: 'Log in as a natural person to confirm or refuse it',
  },
  'relation-adjusted': othersAdvice,
  'relation-deleted': othersAdvice,
};

/**
 * The text that informs a person of a change that somebody else may have made (PWD-3, PHN-4, REL-8).
 * @param detail already masked (DOC-4), e.g. the number that was added, or the company and role
 */
export function noticeText(kind: NoticeKind, detail = '', lang: SmsLanguage = 'zh'): string {
  const what = notices[kind][lang];
  return lang === 'zh'
    ? `${signature.zh}您的安徽省电子税务局${what}${detail}。${(advice[kind] ?? ownAdvice).zh}。`
    : `${signature.en}${what}${detail && ` (${detail})`}. ${(advice[kind] ?? ownAdvice).en}.`;
}
