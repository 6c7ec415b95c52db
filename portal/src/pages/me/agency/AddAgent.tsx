import { Form } from 'antd';
import type { DocumentType } from '#domain/people/documents.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../../components/ChallengeNotice.tsx';
import { PersonFields } from '../../../components/fields/PersonFields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { Dialog, DialogButtons } from '../parts/Dialog.tsx';
import { changeStaffForm } from './queries.ts';
import { useAgencyTexts } from './texts.ts';

interface Values {
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
}

/** Adds a person to the staff form. */
export function AddAgent({ onClose }: { readonly onClose: () => void }) {
  const t = useAgencyTexts();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    send: async (person) => {
      await withFreshFactor(() => changeStaffForm((agents) => [...agents, person]));
      onClose();
      showNotice(t('added'));
    },
  });
  return (
    <Dialog title={t('add')} onClose={onClose}>
      <ApiForm form={form} onFinish={submit}>
        <ProblemAlert problem={problem} onRetry={retry} />
        <PersonFields />
        <ChallengeNotice />
        <DialogButtons submit={t('submit')} busy={busy} onClose={onClose} />
      </ApiForm>
    </Dialog>
  );
}
