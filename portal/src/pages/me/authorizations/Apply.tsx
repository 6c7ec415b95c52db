import { Button, Form } from 'antd';
import type { Role } from '#domain/names.ts';
import { answer, api } from '../../../api/client.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { TaxpayerIdField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { StaffRoleField, ValidUntilField } from '../parts/fields.tsx';
import { outdated } from '../parts/queries.ts';
import { useAuthorizationsTexts } from './texts.ts';

interface Values {
  readonly taxpayerId: string;
  readonly role: Role;
  readonly validUntil?: string;
}

/** REL-6: the company's legal representative or finance head decides. */
export function Apply({ onApplied }: { readonly onApplied: () => void }) {
  const t = useAuthorizationsTexts();
  const { say } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    fields: { RELATION_EXISTS: 'taxpayerId', COMPANY_NOT_CONFIRMED: 'taxpayerId' },
    send: async (body) => {
      await answer(api.POST('/v1/authorizations', { body }));
      form.resetFields();
      await outdated('authorizations');
      onApplied();
      say(t('applied'));
    },
  });
  return (
    <section className="card">
      <h2>{t('apply')}</h2>
      <p>{t('applyHint')}</p>
      <ApiForm form={form} onFinish={submit}>
        <ProblemAlert problem={problem} onRetry={retry} />
        <TaxpayerIdField />
        <StaffRoleField />
        <ValidUntilField />
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('submit')}
        </Button>
      </ApiForm>
    </section>
  );
}
