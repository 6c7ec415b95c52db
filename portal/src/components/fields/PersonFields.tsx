import { Form, Select } from 'antd';
import { type DocumentType, documentTypes } from '#domain/people/documents.ts';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { Input } from './inputs.ts';
import { useRules } from './rules.ts';
import { NameField } from './text-fields.tsx';

/** 姓名, 证件类型, 证件号码: the fields `name`, `documentType`, `documentNumber` (DOC-1, DOC-2). */
export function PersonFields() {
  const t = useCommon();
  const language = useLanguage();
  const rules = useRules();
  const form = Form.useFormInstance();
  const type = Form.useWatch<DocumentType | undefined>('documentType', form);
  return (
    <>
      <NameField />
      <Form.Item
        name="documentType"
        label={t('field.documentType')}
        initialValue="201"
        rules={[{ required: true, message: t('field.chosen', { label: t('field.documentType') }) }]}
      >
        <Select
          options={documentTypes.map(({ code, zh, en }) => ({
            value: code,
            label: language === 'en' ? en : zh,
          }))}
          onChange={() => form.setFields([{ name: 'documentNumber', errors: [] }])}
        />
      </Form.Item>
      <Form.Item name="documentNumber" label={t('field.documentNumber')} rules={rules.documentNumber(type)}>
        <Input autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={64} />
      </Form.Item>
    </>
  );
}
