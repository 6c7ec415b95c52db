import { Form } from 'antd';
import {
  type PasswordContext,
  type PasswordWeakness,
  passwordWeaknesses,
} from '#domain/factors/passwords.ts';
import { readPhone } from '#domain/people/phones.ts';
import { foldNumber, foldText, typedPassword } from '#domain/text.ts';
import { useCommon } from '../../i18n/index.ts';
import { usePunctuation } from '../../i18n/punctuation.ts';
import { Password } from './inputs.ts';

interface Props {
  readonly name?: string;
  /** Facts about the person that the password must not contain (PWD-2). */
  readonly context?: Partial<PasswordContext>;
}

/** Reasons that can be checked here; only the API checks the list of common passwords and the last five. */
const checkedReasons = [
  ['length', 'password.length'],
  ['classes', 'password.classes'],
  ['whitespace', 'password.whitespace'],
  ['run', 'password.run'],
  ['local-word', 'password.localWord'],
  ['contains-username', 'password.containsUsername'],
  ['contains-phone', 'password.containsPhone'],
  ['contains-document', 'password.containsDocument'],
] as const satisfies readonly (readonly [PasswordWeakness, string])[];

/** The values in the form in which the API will compare them, however they are typed in the same form (DOC-2). */
const foldedContext = ({
  phones = [],
  documentNumber = '',
  username,
}: Partial<PasswordContext>): PasswordContext => ({
  phones: phones.map((typed) => readPhone(typed) ?? foldNumber(typed)),
  documentNumber: foldNumber(documentNumber),
  username: username && foldText(username),
});

/** 新密码 and 确认密码, with the rules checked while typing; the second field (`repeat`) is not sent to the API. */
export function NewPasswordFields({ name = 'newPassword', context = {} }: Props) {
  const t = useCommon();
  const { joined } = usePunctuation();
  const form = Form.useFormInstance();
  // White space at the ends is not part of the password (DOC-2).
  const typed = typedPassword(Form.useWatch<string | undefined>(name, form) ?? '');
  const weaknesses = (password: string) => passwordWeaknesses(password, foldedContext(context), () => false);
  const unmetReasons = new Set(weaknesses(typed));
  const rules = checkedReasons.filter(
    ([reason]) =>
      (reason !== 'contains-username' || context.username) &&
      (reason !== 'contains-phone' || context.phones?.length) &&
      (reason !== 'contains-document' || context.documentNumber),
  );
  return (
    <>
      <Form.Item
        name={name}
        label={t('field.newPassword')}
        rules={[
          {
            required: true,
            whitespace: true,
            message: t('field.required', { label: t('field.newPassword') }),
            validateTrigger: 'onSubmit',
          },
          {
            validateTrigger: ['onBlur', 'onSubmit'],
            validator: async (_rule, value: string | undefined) => {
              const found = value ? weaknesses(typedPassword(value)) : [];
              const misses = checkedReasons.filter(([reason]) => found.includes(reason));
              if (misses.length > 0) throw new Error(joined(misses.map(([, key]) => t(key))));
            },
          },
        ]}
        extra={
          <div id={`${name}-rules`}>
            {t('password.rules')}
            <ul className="rules">
              {rules.map(([reason, key]) => (
                <li key={reason} className={typed === '' ? '' : unmetReasons.has(reason) ? 'missed' : 'met'}>
                  {t(key)}
                  {typed === '' ? null : (
                    <span className="unseen">
                      {t(unmetReasons.has(reason) ? 'password.missed' : 'password.met')}
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </div>
        }
      >
        <Password autoComplete="new-password" maxLength={256} aria-describedby={`${name}-rules`} />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t('field.repeatPassword')}
        dependencies={[name]}
        rules={[
          {
            required: true,
            message: t('field.required', { label: t('field.repeatPassword') }),
            validateTrigger: 'onSubmit',
          },
          {
            validateTrigger: ['onBlur', 'onSubmit'],
            validator: async (_rule, value: string | undefined) => {
              const first: string | undefined = form.getFieldValue(name);
              if (value && typedPassword(value) !== typedPassword(first ?? ''))
                throw new Error(t('field.repeatWrong'));
            },
          },
        ]}
      >
        <Password autoComplete="new-password" maxLength={256} />
      </Form.Item>
    </>
  );
}
