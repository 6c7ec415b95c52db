import { Form } from 'antd';
import type { Permission } from '#domain/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { DialogButtons } from '../parts/Dialog.tsx';
import { PermissionsField, ValidUntilField } from '../parts/fields.tsx';
import { changing } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import type { StaffMember } from './read-staff.ts';
import { useStaffTexts } from './texts.ts';

interface Values {
  readonly permissions?: Permission[];
  readonly validUntil?: string;
}

/** REL-8: narrow or widen at once, the person is told. An invoice clerk has only invoices. */
export function Adjust({ member, onDone }: { readonly member: StaffMember; readonly onDone: () => void }) {
  const t = useStaffTexts();
  const parts = useParts();
  const { say, ensured } = useAccountCentre();
  const [form] = Form.useForm<Values>();
  const { authorizationId, role, permissions, validUntil, revision } = member;
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    send: async (typed) => {
      await ensured(() =>
        changing(
          answer(
            api.PATCH('/v1/enterprise/staff/{authorizationId}', {
              params: { path: { authorizationId } },
              // An emptied day is unlimited; one that was not touched stays as it is.
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
      say(t('adjusted'));
    },
  });
  return (
    <div>
      <ApiForm
        form={form}
        // Several may be open: their fields are told apart by the form's name.
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
