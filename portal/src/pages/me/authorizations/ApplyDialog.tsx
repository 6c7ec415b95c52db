import { Form } from 'antd';
import { useState } from 'react';
import type { Role } from '#domain/names.ts';
import { answer, api } from '../../../api/client.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { TaxpayerIdField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useAction } from '../../../components/use-action.ts';
import { useSubmit } from '../../../components/use-submit.ts';
import { useCommon } from '../../../i18n/index.ts';
import { ConfirmDialog } from '../parts/ActionButton.tsx';
import { useAccountCentre } from '../parts/context.tsx';
import { Dialog, DialogButtons } from '../parts/Dialog.tsx';
import { StaffRoleField, ValidUntilField } from '../parts/fields.tsx';
import { refetchLists } from '../parts/queries.ts';
import { useAuthorizationsTexts } from './texts.ts';

interface Values {
  readonly taxpayerId: string;
  readonly role: Role;
  readonly validUntil?: string;
}

/**
 * REL-6: the company's legal representative or finance head decides. The company's name is shown before, so that a
 * mistyped number does not ask a stranger (REL-11).
 */
export function ApplyDialog({
  onApplied,
  onClose,
}: {
  readonly onApplied: () => void;
  readonly onClose: () => void;
}) {
  const t = useAuthorizationsTexts();
  const common = useCommon();
  const { showNotice } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const [toConfirm, setToConfirm] = useState<{ readonly values: Values; readonly company: string }>();
  const { submit, busy, problem, setProblem, retry } = useSubmit<Values>({
    form,
    fields: { COMPANY_NOT_CONFIRMED: 'taxpayerId' },
    send: async (values) => {
      const { taxpayerName } = await answer(
        api.POST('/v1/authorizations/preview', { body: { taxpayerId: values.taxpayerId } }),
      );
      setToConfirm({ values, company: taxpayerName });
    },
  });
  const sending = useAction();
  const apply = async (body: Values) => {
    const hasSucceeded = await sending.run(async () => {
      await answer(api.POST('/v1/authorizations', { body }));
    });
    if (!hasSucceeded) return;
    setToConfirm(undefined);
    await refetchLists('authorizations');
    onApplied();
    showNotice(t('applied'));
  };
  return (
    <Dialog title={t('apply')} onClose={onClose}>
      <p>{t('applyHint')}</p>
      <ApiForm form={form} onFinish={submit}>
        <ProblemAlert problem={problem} onRetry={retry} />
        <TaxpayerIdField />
        <StaffRoleField />
        <ValidUntilField />
        <DialogButtons submit={t('submit')} busy={busy} onClose={onClose} />
      </ApiForm>
      {toConfirm ? (
        <ConfirmDialog
          title={t('apply')}
          text={t('applyTo', { company: toConfirm.company, role: common(`role.${toConfirm.values.role}`) })}
          busy={sending.busy}
          danger={false}
          onConfirm={() => void apply(toConfirm.values)}
          onCancel={() => {
            sending.setProblem(undefined);
            setProblem(undefined);
            setToConfirm(undefined);
          }}
        >
          <ProblemAlert problem={sending.problem} onRetry={() => void apply(toConfirm.values)} />
        </ConfirmDialog>
      ) : null}
    </Dialog>
  );
}
