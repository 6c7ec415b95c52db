import { Form } from 'antd';
import { useCommon } from '../../i18n/index.ts';
import { usePunctuation } from '../../i18n/punctuation.ts';
import { HelpMark } from '../HelpMark.tsx';
import { Input, Password } from './inputs.ts';
import { required, useRules } from './rules.ts';

interface Named {
  /** The form's field, which the label's `for` also uses; by default the API's name. */
  readonly name?: string;
  readonly label?: string;
}

export function NameField({ name = 'name', label }: Named) {
  const t = useCommon();
  const rules = useRules();
  return (
    <Form.Item name={name} label={label ?? t('field.name')} rules={rules.name}>
      <Input autoComplete="name" maxLength={120} />
    </Form.Item>
  );
}

export function PhoneField({ name = 'phone', label }: Named) {
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
}: Named & {
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
export function AccountField({ name = 'account', label }: Named) {
  const t = useCommon();
  const shown = label ?? t('field.account');
  return (
    <Form.Item name={name} label={shown} rules={[required(t('field.required', { label: shown }))]}>
      <Input autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} />
    </Form.Item>
  );
}

/** An existing password: only checked for being there. */
export function PasswordField({ name = 'password', label }: Named) {
  const t = useCommon();
  const shown = label ?? t('field.password');
  return (
    <Form.Item
      name={name}
      label={shown}
      rules={[
        // White space is not part of a password (DOC-2).
        required(t('field.required', { label: shown })),
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
}: Named & { readonly optional?: boolean }) {
  const t = useCommon();
  const rules = useRules();
  const { bracketed } = usePunctuation();
  const shown = label ?? t('field.username');
  return (
    <Form.Item
      name={name}
      label={optional ? bracketed(shown, t('optional')) : shown}
      rules={[...(optional ? [] : [rules.must(shown)]), ...rules.username]}
      extra={
        <>
          {t('field.usernameHint')} <HelpMark anchor="username" about={shown} />
        </>
      }
    >
      <Input autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={64} />
    </Form.Item>
  );
}
