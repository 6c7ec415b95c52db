import type { ProblemCode, ProblemDetails } from '#domain/problem.ts';
import type { Language } from '../language.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The sentence for the person and, where there is one, what to do next. */
export interface Message {
  readonly title: string;
  readonly detail?: (details: ProblemDetails) => string | undefined;
}
/** Keys are codes, or `CODE/variant` where one code has several sentences. */
export type Catalogue = Readonly<Record<ProblemCode, Message> & Record<`${ProblemCode}/${string}`, Message>>;

const catalogues: Record<Language, Catalogue> = { zh, en };

export function messageFor(code: ProblemCode, variant: string | undefined, language: Language): Message {
  const catalogue = catalogues[language];
  return (variant && catalogue[`${code}/${variant}`]) || catalogue[code];
}

/** Notices that travel with successful answers. */
const notices = {
  PHONE_EMPTY: {
    zh: '您的手机号为空，请您通过扫码验证方式登录系统，并在账户中心的手机号码修改菜单中添加默认手机号。',
    en: 'You have no phone number on file. Please log in by scanning with an app, then add a default number under Account centre – Phone numbers.',
  },
  SESSION_REPLACED: {
    zh: '您的账号在其他地方的登录已被本次登录替换。',
    en: 'Your earlier session elsewhere has been replaced by this login.',
  },
  CLOSE_IS_NOT_LOGOUT: {
    zh: '关闭浏览器不会退出登录，办理完毕请点击“退出”。',
    en: 'Closing the browser does not log you out. Please use Log out when you are done.',
  },
} as const;
export type NoticeCode = keyof typeof notices;

export const noticeFor = (code: NoticeCode, language: Language) => ({ code, title: notices[code][language] });
