import { Button, Form } from 'antd';
import { answer, api } from '../../../api/client.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { NewPasswordFields } from '../../../components/fields/NewPasswordFields.tsx';
import { PasswordField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { usePasswordContext } from './context.ts';
import { usePasswordTexts } from './texts.ts';

export function ChangeByOldPassword() {
  const t = usePasswordTexts();
  const context = usePasswordContext();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<{ oldPassword: string; newPassword: string }>();
  const { submit, busy, problem, retry } = useSubmit({
    form,
    fields: { BAD_CREDENTIALS: 'oldPassword' },
    send: async ({ oldPassword, newPassword }) => {
      // LGN-11: an initial password does not count as old password here; the other tab changes it by a face check.
      await withFreshFactor(
        () => answer(api.PUT('/v1/account/password', { body: { oldPassword, newPassword } })),
        'ownFace',
      );
      form.resetFields();
      showNotice(t('done'));
    },
  });
  return (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} onRetry={retry} />
      <PasswordField name="oldPassword" label={t('oldPassword')} />
      <NewPasswordFields context={context} />
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('submit')}
      </Button>
    </ApiForm>
  );
}
