import { Checkbox, DatePicker, Form, Radio } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import 'dayjs/locale/zh-cn';
import { permissions, staffRoles } from '#domain/companies/relations.ts';
import { isDay, shanghaiDay } from '#domain/days.ts';
import { serverNow } from '../../../api/clock.ts';
import { useCommon, useLanguage } from '../../../i18n/index.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { useParts } from './texts.ts';

const asDay = 'YYYY-MM-DD';
const today = (): string => shanghaiDay(new Date(serverNow()));

/**
 * A calendar day, today or later: typed as 2026-03-02 or chosen from a calendar in the portal's language (a browser's
 * own date field follows the browser's language). The chosen day is shown below in words; the form's value is what the
 * API takes.
 */
export function DayField({
  name,
  label,
  hint,
  optional = false,
  past = false,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  /** Whether the day may be in the past. */
  readonly past?: boolean;
}) {
  const t = useCommon();
  const parts = useParts();
  const language = useLanguage();
  const { bracketed } = usePunctuation();
  const chosen = Form.useWatch<string | undefined>(name);
  const inWords =
    chosen && isDay(chosen)
      ? parts('dayChosen', {
          day: new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
            new Date(chosen),
          ),
        })
      : undefined;
  return (
    <Form.Item
      name={name}
      label={optional ? bracketed(label, t('optional')) : label}
      getValueProps={(day: string | undefined) => ({ value: day ? dayjs(day) : null })}
      normalize={(day: Dayjs | null) => day?.format(asDay)}
      extra={[hint, inWords].filter(Boolean).join(language === 'en' ? '. ' : '。') || undefined}
      rules={[
        {
          validateTrigger: 'onSubmit',
          validator: async (_rule, value: string | undefined) => {
            if (!value && !optional) throw new Error(t('field.chosen', { label }));
            if (value && (!isDay(value) || (!past && value < today()))) throw new Error(parts('dayWrong'));
          },
        },
      ]}
    >
      <DatePicker
        className="day"
        format={asDay}
        placeholder={parts('dayForm')}
        {...(past ? {} : { minDate: dayjs(today()) })}
        maxDate={dayjs('9999-12-31')}
        showNow={false}
      />
    </Form.Item>
  );
}

/** REL-8 */
export function ValidUntilField() {
  const t = useParts();
  return <DayField name="validUntil" label={t('fact.validUntil')} hint={t('validUntilHint')} optional />;
}

/** REL-7: the roles that a person and a company may agree on without the registry. */
export function StaffRoleField() {
  const t = useCommon();
  const parts = useParts();
  return (
    <Form.Item name="role" label={parts('fact.role')} initialValue="tax-handler">
      <Radio.Group
        aria-label={parts('fact.role')}
        options={staffRoles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
      />
    </Form.Item>
  );
}

export function PermissionsField() {
  const t = useParts();
  return (
    <CheckboxesField
      name="permissions"
      label={t('fact.permissions')}
      hint={t('permissionsHint')}
      missing={t('permissionsMissing')}
      options={permissions.map((one) => ({ value: one, label: t(`permission.${one}`) }))}
    />
  );
}

/** Several choices of a few; at least one. */
export function CheckboxesField({
  name,
  label,
  hint,
  missing,
  options,
}: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly missing: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}) {
  return (
    <Form.Item
      name={name}
      label={label}
      extra={hint}
      // Not `required`: antd would put aria-required on a group, where it is not allowed.
      rules={[
        {
          validateTrigger: 'onSubmit',
          validator: async (_rule, chosen: readonly string[] | undefined) => {
            if (!chosen?.length) throw new Error(missing);
          },
        },
      ]}
    >
      <Checkbox.Group aria-label={label} options={[...options]} />
    </Form.Item>
  );
}
