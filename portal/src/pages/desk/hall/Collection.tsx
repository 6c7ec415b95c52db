import { Button, Form } from 'antd';
import { useState } from 'react';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { Input } from '../../../components/fields/inputs.ts';
import { PhoneField } from '../../../components/fields/text-fields.tsx';
import { Notice, ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { collectPerson } from '../channel-calls.ts';
import { counterPartner } from '../counter.ts';
import type { Person } from '../local-api.ts';
import { useDeskTexts } from '../texts.ts';
import { PersonField } from './PersonField.tsx';

interface Values {
  readonly person: Person;
  readonly phone: string;
  readonly newName?: string;
}

/** REG-2: the hall has seen person, document and phone; DOC-5: a name that was changed legally. */
export function Collection() {
  const t = useDeskTexts();
  const [form] = Form.useForm<Values>();
  const [level, setLevel] = useState<number>();
  const { submit, busy, problem } = useSubmit<Values>({
    form,
    send: async ({ person, phone, newName }) => {
      setLevel(undefined);
      const seen = newName?.trim()
        ? { person: { ...person, name: newName }, phone, formerName: person.name }
        : { person, phone };
      setLevel((await collectPerson(counterPartner('hall', person), seen)).realNameLevel);
    },
    fields: { DOCUMENT_INVALID: 'person', PERSON_MISMATCH: 'person' },
  });
  return (
    <section aria-label={t('hall.collection')}>
      <h3>{t('hall.collection')}</h3>
      <ApiForm form={form} name="collection" onFinish={submit}>
        <ProblemAlert problem={problem} />
        <PersonField />
        <PhoneField />
        <Form.Item name="newName" label={t('hall.newName')}>
          <Input autoComplete="off" maxLength={120} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('hall.collect')}
        </Button>
      </ApiForm>
      {level === undefined ? null : <Notice kind="good">{t('hall.collected', { level })}</Notice>}
    </section>
  );
}
