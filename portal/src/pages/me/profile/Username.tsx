import { Button, Form } from 'antd';
import { answer, api } from '../../../api/client.ts';
import { formatTime } from '../../../api/clock.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { UsernameField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { refetchLists } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { useProfileTexts } from './texts.ts';

interface Props {
  readonly account: { readonly username: string | null; readonly usernameChangeableFrom: string | null };
}

/** USR-1: the first username can be set at any time; after that, one change per calendar year. */
export function Username({ account: { username, usernameChangeableFrom } }: Props) {
  const t = useProfileTexts();
  const parts = useParts();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [form] = Form.useForm<{ username: string }>();
  const { submit, busy, problem, retry } = useSubmit({
    form,
    send: async ({ username }) => {
      await withFreshFactor(() => answer(api.PUT('/v1/account/username', { body: { username } })));
      form.resetFields();
      await refetchLists('account');
      showNotice(t('saved'));
    },
  });
  return (
    <section className="card">
      <h2>{t(username === null ? 'setUsername' : 'changeUsername')}</h2>
      {usernameChangeableFrom === null ? (
        <ApiForm form={form} onFinish={submit}>
          <p>{t(username === null ? 'first' : 'once')}</p>
          <ProblemAlert problem={problem} onRetry={retry} />
          <UsernameField />
          <Button type="primary" htmlType="submit" loading={busy}>
            {parts('save')}
          </Button>
        </ApiForm>
      ) : (
        <p>{t('from', { time: formatTime(usernameChangeableFrom) })}</p>
      )}
    </section>
  );
}
