import type { FormRule } from 'antd';
import { parseTaxpayerId } from '#domain/companies/taxpayers.ts';
import { shanghaiDay } from '#domain/days.ts';
import { type DocumentType, parseDocument } from '#domain/people/documents.ts';
import { normaliseName } from '#domain/people/person-names.ts';
import { looksLikePhone } from '#domain/people/phones.ts';
import { readUsername } from '#domain/people/usernames.ts';
import { foldText, readCode } from '#domain/text.ts';
import { serverNow } from '../../api/clock.ts';
import { useCommon } from '../../i18n/index.ts';

/** Rules judge like the API, with the same code; empty fields are checked by `required`, only at submit. */
export const required = (message: string): FormRule => ({
  required: true,
  whitespace: true,
  message,
  validateTrigger: 'onSubmit',
});

const formatRule = (good: (text: string) => boolean, message: string): FormRule => ({
  validateTrigger: ['onBlur', 'onSubmit'],
  validator: async (_rule, value: unknown) => {
    if (typeof value === 'string' && foldText(value) !== '' && !good(value)) throw new Error(message);
  },
});
const doesNotThrow = (parse: () => unknown): boolean => {
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
  const requiredField = (label: string) => required(t('field.required', { label }));
  return {
    requiredField,
    name: [
      requiredField(t('field.name')),
      formatRule((text) => doesNotThrow(() => normaliseName(text)), t('field.nameWrong')),
    ],
    documentNumber: (type: DocumentType | undefined) => [
      requiredField(t('field.documentNumber')),
      formatRule(
        (text) =>
          type === undefined ||
          doesNotThrow(() => parseDocument(type, text, shanghaiDay(new Date(serverNow())))),
        t('field.documentWrong'),
      ),
    ],
    phone: [requiredField(t('field.phone')), formatRule(looksLikePhone, t('field.phoneWrong'))],
    taxpayerId: [
      requiredField(t('field.taxpayerId')),
      formatRule((text) => doesNotThrow(() => parseTaxpayerId(text)), t('field.taxpayerIdWrong')),
    ],
    username: [formatRule((text) => readUsername(text) !== undefined, t('field.usernameWrong'))],
    smsCode: [
      requiredField(t('field.smsCode')),
      formatRule((text) => readCode(text) !== undefined, t('field.smsCodeWrong')),
    ],
  };
}
