import { Form } from 'antd';
import { useCommon } from '../../i18n/index.ts';
import { usePunctuation } from '../../i18n/punctuation.ts';
import { HelpMark } from '../HelpMark.tsx';
import { Input, Password } from './inputs.ts';
import { required, useRules } from './rules.ts';

interface FieldProps {
  /** The form's field, which the label's `for` also uses; by default the API's name. */
  readonly name?: string;
  readonly label?: string;
}

export function NameField({ name = 'name', label }: FieldProps) {
  const t = useCommon();
  const rules = useRules();
  return (
    <Form.Item name={name} label={label ?? t('field.name')} rules={rules.name}>
      <Input autoComplete="name" maxLength={120} />
    </Form.Item>
  );
}

export function PhoneField({ name = 'phone', label }: FieldProps) {
  const t = useCommon();
  const rules = useRules();
  return (
    <Form.Item name={name} label={label ?? t('field.phone')} rules={rules.phone}>
      <Input inputMode="tel" autoComplete="tel-national" maxLength={32} />
    </Form.Item>
  );
}

export function TaxpayerIdField({
  name = 'taxpayerId',
  label,
  list,
}: FieldProps & {
  /** The id of a `<datalist>` to choose from. */
  readonly list?: string;
}) {
  const t = useCommon();
  const rules = useRules();
  return (
    <Form.Item name={name} label={label ?? t('field.taxpayerId')} rules={rules.taxpayerId}>
      <Input
        autoComplete={list === undefined ? 'off' : 'on'}
        list={list}
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={64}
      />
    </Form.Item>
  );
}

/** Document number, phone or username: the API finds out which (LGN-2). */
export function AccountField({ name = 'account', label }: FieldProps) {
  const t = useCommon();
  const shownLabel = label ?? t('field.account');
  return (
    <Form.Item name={name} label={shownLabel} rules={[required(t('field.required', { label: shownLabel }))]}>
      <Input autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} />
    </Form.Item>
  );
}

/** An existing password: only checked for being there. */
export function PasswordField({ name = 'password', label }: FieldProps) {
  const t = useCommon();
  const shownLabel = label ?? t('field.password');
  return (
    <Form.Item
      name={name}
      label={shownLabel}
      rules={[
        // White space is not part of a password (DOC-2).
        required(t('field.required', { label: shownLabel })),
      ]}
    >
      <Password autoComplete="current-password" maxLength={256} />
    </Form.Item>
  );
}

/** USR-1; may stay empty if the API allows it. */
export function UsernameField({
  name = 'username',
  label,
  optional = false,
}: FieldProps & { readonly optional?: boolean }) {
  const t = useCommon();
  const rules = useRules();
  const { bracketed } = usePunctuation();
  const shownLabel = label ?? t('field.username');
  return (
    <Form.Item
      name={name}
      label={optional ? bracketed(shownLabel, t('optional')) : shownLabel}
      rules={[...(optional ? [] : [rules.requiredField(shownLabel)]), ...rules.username]}
      extra={
        <>
          {t('field.usernameHint')} <HelpMark anchor="username" about={shownLabel} />
        </>
      }
    >
      <Input autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={64} />
    </Form.Item>
  );
}
