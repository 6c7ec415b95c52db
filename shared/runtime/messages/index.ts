import type { ProblemCode } from '#domain/problem.ts';
import type { Language } from '../language.ts';
import type { Catalogue, Message } from './catalogue.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

const catalogues: Record<Language, Catalogue> = { zh, en };

export function messageFor(code: ProblemCode, variant: string | undefined, language: Language): Message {
  const catalogue = catalogues[language];
  return (variant && catalogue[`${code}/${variant}`]) || catalogue[code];
}

/** Notices that are part of successful answers. */
const notices = {
  PHONE_EMPTY: {
    zh: '您的手机号为空，请您通过扫码验证方式登录系统，并在账户中心的手机号码修改菜单中添加默认手机号。',
    en: 'You have no phone number on file. Please log in by scanning with an app, then add a default number under Account centre – Phone numbers.',
  },
  PASSWORD_CHANGE_REQUIRED: {
    zh: '您正在使用初始密码，修改密码后方可办理业务。',
    en: 'You are using the initial password. Please change it first; everything else opens after that.',
  },
  SESSION_REPLACED: {
    zh: '您的账号在其他地方的登录已被本次登录替换。',
    en: 'Your earlier session elsewhere has been replaced by this login.',
  },
  IDENTITY_LOST: {
    zh: '您与该企业的关联关系已解除、变更或到期，已切换回自然人身份。',
    en: 'Your relation with the company was ended, changed or has run out. You are back to yourself as a natural person.',
  },
  FACE_FAILED: {
    zh: '扫脸验证未通过。请在光线充足的地方重试：画面中只出现您本人的人脸，并按提示做出明显、清晰的动作。多次未通过的，请携带证件前往办税服务厅采集实名信息；比对依据是公安机关登记的身份信息，必要时请先到公安机关更新。',
    en: 'The face check was not passed. Please try again in good light, with only your own face in the picture, and make the movements clearly. If it keeps failing, bring your document to a tax service hall for real-name collection; the comparison is with the police record, which you may have to bring up to date first.',
  },
  CLOSE_IS_NOT_LOGOUT: {
    zh: '关闭浏览器不会退出登录，办理完毕请点击“退出”。',
    en: 'Closing the browser does not log you out. Please use Log out when you are done.',
  },
} as const;
export type NoticeCode = keyof typeof notices;

export const noticeFor = (code: NoticeCode, language: Language) => ({ code, title: notices[code][language] });
