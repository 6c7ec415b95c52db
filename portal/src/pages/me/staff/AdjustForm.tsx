import { Form } from 'antd';
import type { Permission } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { DialogButtons } from '../parts/Dialog.tsx';
import { PermissionsField, ValidUntilField } from '../parts/fields.tsx';
import { mutateAndRefetch } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import type { StaffMember } from './read-staff.ts';
import { useStaffTexts } from './texts.ts';

interface Values {
  readonly permissions?: Permission[];
  readonly validUntil?: string;
}

/** REL-8: changes permissions at once, and the person is informed. An invoice clerk only has invoices. */
export function AdjustForm({
  member,
  onDone,
}: {
  readonly member: StaffMember;
  readonly onDone: () => void;
}) {
  const t = useStaffTexts();
  const parts = useParts();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const { authorizationId, role, permissions, validUntil, revision } = member;
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    send: async (typed) => {
      await withFreshFactor(() =>
        mutateAndRefetch(
          answer(
            api.PATCH('/v1/enterprise/staff/{authorizationId}', {
              params: { path: { authorizationId } },
              // An emptied day means unlimited; a day that was not touched stays.
              body: {
                ...(typed.permissions ? { permissions: typed.permissions } : {}),
                validUntil: typed.validUntil || null,
                revision,
              },
            }),
          ),
          'staff',
        ),
      );
      onDone();
      showNotice(t('adjusted'));
    },
  });
  return (
    <div>
      <ApiForm
        form={form}
        // Several of these forms may be open: the form's name keeps their fields apart.
        name={authorizationId}
        initialValues={{ permissions, validUntil }}
        onFinish={submit}
      >
        <ProblemAlert problem={problem} onRetry={retry} />
        {role === 'tax-handler' ? <PermissionsField /> : null}
        <ValidUntilField />
        <DialogButtons submit={parts('save')} busy={busy} onClose={onDone} />
      </ApiForm>
    </div>
  );
}
