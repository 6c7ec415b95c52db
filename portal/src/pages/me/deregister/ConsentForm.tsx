import { Button, Checkbox, Form } from 'antd';
import { useEffect } from 'react';
import type { Problem } from '../../../api/problem.ts';
import { ApiForm } from '../../../components/ApiForm.tsx';
import { PasswordField } from '../../../components/fields/text-fields.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { useSubmit } from '../../../components/use-submit.ts';
import { useDeregisterTexts } from './texts.ts';

interface Props {
  /** The API's answer about the password. */
  readonly refused: Problem | undefined;
  readonly send: (password: string) => Promise<void>;
}

/** The person states that they understand the consequences, and types the password. */
export function ConsentForm({ refused, send }: Props) {
  const t = useDeregisterTexts();
  const [form] = Form.useForm<{ understood: boolean; password: string }>();
  const { submit, busy, problem, setProblem, retry } = useSubmit({
    form,
    send: ({ password }) => send(password),
  });
  useEffect(() => setProblem(refused), [refused, setProblem]);
  return (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} onRetry={retry} />
      <Form.Item
        name="understood"
        valuePropName="checked"
        rules={[
          {
            validateTrigger: 'onSubmit',
            validator: async (_rule, value) => {
              if (value !== true) throw new Error(t('understoodMissing'));
            },
          },
        ]}
      >
        <Checkbox>{t('understood')}</Checkbox>
      </Form.Item>
      <PasswordField />
      <Button danger type="primary" htmlType="submit" loading={busy}>
        {t('next')}
      </Button>
    </ApiForm>
  );
}
