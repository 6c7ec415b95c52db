import { Button, Form, Select } from 'antd';
import { useState } from 'react';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { TaxpayerIdField } from '../../../components/fields/text-fields.tsx';
import { Notice, ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useAction } from '../../../components/use-action.ts';
import { useSubmit } from '../../../components/use-submit.ts';
import { useCommon } from '../../../i18n/index.ts';
import { DayField } from '../../me/parts/fields.tsx';
import { addRelation, endRelation } from '../channel-calls.ts';
import { counterPartner } from '../counter.ts';
import type { Person } from '../local-api.ts';
import { PersonSelect } from '../PersonSelect.tsx';
import { useDeskTexts } from '../texts.ts';
import { PersonField } from './PersonField.tsx';

const roles = ['tax-handler', 'invoice-clerk', 'finance-head'] as const;
interface Values {
  readonly taxpayerId: string;
  readonly person: Person;
  /** Absent: the named person themselves is present. */
  readonly present?: Person;
  readonly role: (typeof roles)[number];
  readonly validUntil?: string;
}

/**
 * ENT-3: a person who comes to the counter themselves works for the company at once; anybody else must agree first
 * (REL-3).
 */
export function NewRelation() {
  const t = useDeskTexts();
  const common = useCommon();
  const [form] = Form.useForm<Values>();
  const [enteredId, setEnteredId] = useState<string>();
  const { submit, busy, problem } = useSubmit<Values>({
    form,
    send: async ({ present, validUntil, ...relation }) => {
      setEnteredId(undefined);
      const counter = counterPartner('hall', present ?? relation.person);
      setEnteredId(
        (await addRelation(counter, { ...relation, ...(validUntil ? { validUntil } : {}) })).authorizationId,
      );
    },
    fields: { DOCUMENT_INVALID: 'person', PERSON_MISMATCH: 'person' },
  });
  return (
    <section aria-label={t('hall.relation')}>
      <h3>{t('hall.relation')}</h3>
      <ApiForm form={form} name="relation" onFinish={submit}>
        <ProblemAlert problem={problem} />
        <TaxpayerIdField />
        <PersonField />
        <Form.Item name="present" label={t('hall.present')}>
          <PersonSelect nobody={t('hall.themselves')} />
        </Form.Item>
        <Form.Item name="role" label={t('hall.role')} initialValue="tax-handler">
          <Select options={roles.map((value) => ({ value, label: common(`role.${value}`) }))} />
        </Form.Item>
        <DayField name="validUntil" label={t('hall.validUntil')} optional />
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('hall.relate')}
        </Button>
      </ApiForm>
      {enteredId === undefined ? null : <EnteredRelation key={enteredId} authorizationId={enteredId} />}
    </section>
  );
}

function EnteredRelation({ authorizationId }: { authorizationId: string }) {
  const t = useDeskTexts();
  const [ended, setEnded] = useState(false);
  const { run, busy, problem } = useAction();
  const endEnteredRelation = () =>
    void run(async () => {
      await endRelation(counterPartner('hall'), authorizationId);
      setEnded(true);
    });
  return (
    <>
      <Notice kind={ended ? 'info' : 'good'}>{t(ended ? 'hall.unrelated' : 'hall.related')}</Notice>
      <ProblemAlert problem={problem} />
      {ended ? null : (
        <Button loading={busy} onClick={endEnteredRelation}>
          {t('hall.unrelate')}
        </Button>
      )}
    </>
  );
}
