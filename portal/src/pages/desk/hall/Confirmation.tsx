import { Button, Form } from 'antd';
import { useState } from 'react';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { TaxpayerIdField } from '../../../components/fields/text-fields.tsx';
import { Notice, ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { confirmCompany } from '../channel-calls.ts';
import { counterPartner } from '../counter.ts';
import { useDeskTexts } from '../texts.ts';

interface Values {
  readonly taxpayerId: string;
}

/** ENT-2: a company that waits is confirmed at the counter. */
export function Confirmation() {
  const t = useDeskTexts();
  const [form] = Form.useForm<Values>();
  const [name, setName] = useState<string>();
  const { submit, busy, problem } = useSubmit<Values>({
    form,
    send: async ({ taxpayerId }) => {
      setName(undefined);
      setName((await confirmCompany(counterPartner('hall'), taxpayerId)).taxpayerName);
    },
  });
  return (
    <section aria-label={t('hall.confirmation')}>
      <h3>{t('hall.confirmation')}</h3>
      <ApiForm form={form} name="confirmation" onFinish={submit}>
        <ProblemAlert problem={problem} />
        <TaxpayerIdField />
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('hall.confirm')}
        </Button>
      </ApiForm>
      {name === undefined ? null : <Notice kind="good">{t('hall.confirmed', { name })}</Notice>}
    </section>
  );
}
