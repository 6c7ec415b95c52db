import { Form, type FormInstance } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { ProblemCode } from '#domain/problem.ts';
import { type Problem, problemOf, sentenceOf } from '../api/problem.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';
import { focusFirst } from './first-wrong.ts';

/** Which field a refusal speaks of; the first that the form has. */
const fieldsOf: Partial<Record<Problem['code'], readonly string[]>> = {
  DOCUMENT_INVALID: ['documentNumber'],
  PERSON_MISMATCH: ['name'],
  PHONE_INVALID: ['phone', 'newPhone'],
  PHONE_TAKEN: ['phone', 'newPhone'],
  PASSWORD_WEAK: ['newPassword', 'password'],
  USERNAME_INVALID: ['username'],
  USERNAME_TAKEN: ['username'],
  SMS_CODE_WRONG: ['smsCode'],
  TAXPAYER_NOT_FOUND: ['taxpayerId'],
};

interface Options<V extends object> {
  readonly form: FormInstance<V>;
  /** Sends what was typed; throws ApiProblem. */
  readonly send: (values: V) => Promise<void>;
  /** Codes that belong to a field of this form, beside the usual ones; `null`: show it above instead. */
  readonly fields?: Partial<Record<ProblemCode, (keyof V & string) | null>>;
}

/** What the person types anew when it was wrong: changing it takes no sentence away. */
const isSecret = (name: string): boolean => /password|code$|^repeat$/i.test(name);
const meantBy = (values: object): string =>
  JSON.stringify(Object.entries(values).filter(([name]) => !isSecret(name)));

/**
 * Submits a form once at a time. What the API says of a field stands beside it and takes the focus, the rest is `problem`
 * for <ProblemAlert>. What was typed always stays.
 */
export function useSubmit<V extends object>({ form, send, fields = {} }: Options<V>) {
  const t = useCommon();
  const [problem, show] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);

  // A sentence about another number, company or account is none any more; one in another language is not read. Only that
  // draws the form again: a key alone does not.
  const saidOf = useRef<string>(undefined);
  const setProblem = (found: Problem | undefined) => {
    saidOf.current = found && meantBy(form.getFieldsValue() as object);
    show(found);
  };
  const isOther = Form.useWatch(
    (values: object) => saidOf.current !== undefined && meantBy(values) !== saidOf.current,
    form,
  );
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is the reason
  useEffect(() => setProblem(undefined), [isOther, language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is the reason
  useEffect(() => {
    const wrong = form.getFieldsError().filter(({ errors }) => errors.length > 0);
    form.setFields(wrong.map(({ name }) => ({ name: name as never, errors: [] })));
  }, [language]);

  /** @returns whether every part of the problem found its field */
  const besideFields = (found: Problem): boolean => {
    const known = Object.keys(form.getFieldsValue() as object);
    const place = (name: string, text: string) => {
      form.setFields([{ name, errors: [text] } as unknown as Parameters<typeof form.setFields>[0][number]]);
    };
    const focus = (names: readonly string[]) => focusFirst(form as unknown as FormInstance<never>, names);
    if (found.code === 'BAD_REQUEST') {
      const names = (found.errors ?? [])
        .map(({ path }) => path.split('.')[0] ?? '')
        .filter((name) => known.includes(name));
      for (const name of names) place(name, t('field.wrong', { label: '' }).trim());
      focus(names);
      return names.length > 0 && names.length === found.errors?.length;
    }
    const own = fields[found.code as ProblemCode];
    const candidates = own === null ? [] : own ? [own] : (fieldsOf[found.code] ?? []);
    const name = candidates.find((candidate) => known.includes(candidate));
    if (name === undefined) return false;
    place(name, sentenceOf(found));
    focus([name]);
    return true;
  };

  const submit = async (values: V): Promise<void> => {
    // A second click or Enter while the first is on its way sends nothing.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await send(values);
    } catch (error) {
      const found = problemOf(error);
      if (!besideFields(found)) setProblem(found);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return {
    submit,
    busy,
    problem,
    setProblem,
    /** For <ProblemAlert onRetry>: the same again, by the person's own decision. */
    retry: () => form.submit(),
  };
}
