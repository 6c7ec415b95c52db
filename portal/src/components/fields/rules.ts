import type { FormRule } from 'antd';
import { shanghaiDay } from '#domain/days.ts';
import { type DocumentType, parseDocument } from '#domain/documents.ts';
import { normaliseName } from '#domain/persons.ts';
import { looksLikePhone } from '#domain/phones.ts';
import { parseTaxpayerId } from '#domain/taxpayers.ts';
import { foldText, readCode } from '#domain/text.ts';
import { readUsername } from '#domain/usernames.ts';
import { serverNow } from '../../api/clock.ts';
import { useCommon } from '../../i18n/index.ts';

/** Rules judge like the API, with the same code; empty fields are checked by `required`, only at submit. */
export const required = (message: string): FormRule => ({
  required: true,
  whitespace: true,
  message,
  validateTrigger: 'onSubmit',
});

const judged = (good: (text: string) => boolean, message: string): FormRule => ({
  validateTrigger: ['onBlur', 'onSubmit'],
  validator: async (_rule, value: unknown) => {
    if (typeof value === 'string' && foldText(value) !== '' && !good(value)) throw new Error(message);
  },
});
const passes = (parse: () => unknown): boolean => {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
};

/** The rules of the usual fields, in the person's language. */
export function useRules() {
  const t = useCommon();
  const must = (label: string) => required(t('field.required', { label }));
  return {
    must,
    name: [must(t('field.name')), judged((text) => passes(() => normaliseName(text)), t('field.nameWrong'))],
    documentNumber: (type: DocumentType | undefined) => [
      must(t('field.documentNumber')),
      judged(
        (text) =>
          type === undefined || passes(() => parseDocument(type, text, shanghaiDay(new Date(serverNow())))),
        t('field.documentWrong'),
      ),
    ],
    phone: [must(t('field.phone')), judged(looksLikePhone, t('field.phoneWrong'))],
    taxpayerId: [
      must(t('field.taxpayerId')),
      judged((text) => passes(() => parseTaxpayerId(text)), t('field.taxpayerIdWrong')),
    ],
    username: [judged((text) => readUsername(text) !== undefined, t('field.usernameWrong'))],
    smsCode: [
      must(t('field.smsCode')),
      judged((text) => readCode(text) !== undefined, t('field.smsCodeWrong')),
    ],
  };
}
