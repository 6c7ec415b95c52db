import { Button, Form } from 'antd';
import { useNavigate } from 'react-router';
import { answer, api } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { NewPasswordFields } from '../../components/fields/NewPasswordFields.tsx';
import { PasswordField } from '../../components/fields/text-fields.tsx';
import { announce } from '../../components/live-region.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { pageAfterLogin } from '../../session/requested-page.ts';
import { markPasswordChanged } from '../../session/session.ts';
import { useSession } from '../../session/store.ts';
import { useChangeTexts } from './texts.ts';

interface Values {
  readonly oldPassword: string;
  readonly newPassword: string;
  readonly repeat: string;
}

/** LGN-11: the only page that a session with the initial password may use. */
export function Page() {
  const t = useChangeTexts();
  const navigate = useNavigate();
  const { identity } = useSession();
  const [form] = Form.useForm<Values>();
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    fields: { BAD_CREDENTIALS: 'oldPassword' },
    send: async ({ oldPassword, newPassword }) => {
      await answer(api.PUT('/v1/account/password', { body: { oldPassword, newPassword } }));
      markPasswordChanged();
      announce(t('done'));
      void navigate(pageAfterLogin(identity), { replace: true });
    },
  });
  return (
    <section className="card narrow">
      <PageTitle>{t('title')}</PageTitle>
      <Notice kind="warn">{t('hint')}</Notice>
      <ApiForm form={form} onFinish={submit}>
        <ProblemAlert problem={problem} onRetry={retry} />
        <PasswordField name="oldPassword" label={t('oldPassword')} />
        <NewPasswordFields />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('save')}
        </Button>
      </ApiForm>
    </section>
  );
}
