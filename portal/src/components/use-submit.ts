import { Form, type FormInstance } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { ProblemCode } from '#domain/problem.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import { useCommon, useLanguage } from '../i18n/index.ts';
import { focusFirstError } from './focus-first-error.ts';
import { fieldErrorWithHelp } from './HelpLink.tsx';

/** The field that a refusal is about: the first of these that the form has. */
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
  /** Sends the typed values; throws ApiProblem. */
  readonly send: (values: V) => Promise<void>;
  /** Codes that belong to a field of this form, beside the usual ones; `null`: show it above the form instead. */
  readonly fields?: Partial<Record<ProblemCode, (keyof V & string) | null>>;
}

/** Fields that the person types again after a mistake: changing them does not remove the message. */
const isSecret = (name: string): boolean => /password|code$|^repeat$/i.test(name);
const comparableValues = (values: object): string =>
  JSON.stringify(Object.entries(values).filter(([name]) => !isSecret(name)));

/**
 * Submits a form, one call at a time. A message of the API about a field stands beside the field and takes the focus;
 * other messages are in `problem` for <ProblemAlert>. What was typed always stays.
 */
export function useSubmit<V extends object>({ form, send, fields = {} }: Options<V>) {
  const t = useCommon();
  const [problem, storeProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const running = useRef(false);

  // A message about another number, company or account no longer applies, and a message in another language cannot be
  // read. Only that renders the form again; a single key does not.
  const problemValues = useRef<string>(undefined);
  const setProblem = (found: Problem | undefined) => {
    problemValues.current = found && comparableValues(form.getFieldsValue() as object);
    storeProblem(found);
  };
  const haveValuesChanged = Form.useWatch(
    (values: object) =>
      problemValues.current !== undefined && comparableValues(values) !== problemValues.current,
    form,
  );
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is the reason
  useEffect(() => setProblem(undefined), [haveValuesChanged, language]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is the reason
  useEffect(() => {
    const wrong = form.getFieldsError().filter(({ errors }) => errors.length > 0);
    form.setFields(wrong.map(({ name }) => ({ name: name as never, errors: [] })));
  }, [language]);

  /** @returns whether every part of the problem belongs to a field */
  const showInFields = (found: Problem): boolean => {
    const known = Object.keys(form.getFieldsValue() as object);
    const setFieldError = (name: string, message: ReactNode) => {
      form.setFields([
        { name, errors: [message] } as unknown as Parameters<typeof form.setFields>[0][number],
      ]);
    };
    const focus = (names: readonly string[]) => focusFirstError(form, names);
    if (found.code === 'BAD_REQUEST') {
      const names = (found.errors ?? [])
        .map(({ path }) => path.split('.')[0] ?? '')
        .filter((name) => known.includes(name));
      for (const name of names) setFieldError(name, t('field.wrong', { label: '' }).trim());
      focus(names);
      return names.length > 0 && names.length === found.errors?.length;
    }
    const own = fields[found.code as ProblemCode];
    const candidates = own === null ? [] : own ? [own] : (fieldsOf[found.code] ?? []);
    const name = candidates.find((candidate) => known.includes(candidate));
    if (name === undefined) return false;
    setFieldError(name, fieldErrorWithHelp(found));
    focus([name]);
    return true;
  };

  const submit = async (values: V): Promise<void> => {
    // A second click or Enter while the first call is running sends nothing.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await send(values);
    } catch (error) {
      const found = problemOf(error);
      if (!showInFields(found)) setProblem(found);
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
    /** For <ProblemAlert onRetry>: sends the same again when the person decides so. */
    retry: () => form.submit(),
  };
}
