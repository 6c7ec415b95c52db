import { Form } from 'antd';
import { permissions as allPermissions, type Permission } from '#domain/companies/relations.ts';
import type { Role } from '#domain/names.ts';
import type { DocumentType } from '#domain/people/documents.ts';
import { withChallenge } from '../../../api/challenge.ts';
import { answer, api } from '../../../api/client.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../../components/ChallengeNotice.tsx';
import { PersonFields } from '../../../components/fields/PersonFields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { Dialog, DialogButtons } from '../parts/Dialog.tsx';
import { PermissionsField, StaffRoleField, ValidUntilField } from '../parts/fields.tsx';
import { refetchLists } from '../parts/queries.ts';
import { useStaffTexts } from './texts.ts';

interface Values {
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  readonly role: Role;
  readonly permissions?: Permission[];
  readonly validUntil?: string;
}

/** 添加办税人员 (REL-5): active once the person confirms. */
export function InviteDialog({
  onInvited,
  onClose,
}: {
  readonly onInvited: () => void;
  readonly onClose: () => void;
}) {
  const t = useStaffTexts();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const role = Form.useWatch('role', form);
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    fields: { PERSON_NOT_REGISTERED: 'documentNumber', RELATION_EXISTS: 'documentNumber' },
    send: async (body) => {
      await withFreshFactor(() =>
        withChallenge((challenge) =>
          answer(api.POST('/v1/enterprise/staff', { body: { ...body, ...challenge } })),
        ),
      );
      form.resetFields();
      await refetchLists('staff');
      onInvited();
      showNotice(t('added'));
    },
  });
  return (
    <Dialog title={t('add')} onClose={onClose}>
      <p>{t('addHint')}</p>
      <ApiForm form={form} onFinish={submit} initialValues={{ permissions: [...allPermissions] }}>
        <ProblemAlert problem={problem} onRetry={retry} />
        <PersonFields />
        <StaffRoleField />
        {role === 'invoice-clerk' ? null : <PermissionsField />}
        <ValidUntilField />
        <ChallengeNotice />
        <DialogButtons submit={t('submit')} busy={busy} onClose={onClose} />
      </ApiForm>
    </Dialog>
  );
}
