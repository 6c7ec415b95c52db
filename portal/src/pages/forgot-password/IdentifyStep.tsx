import { Button, Form } from 'antd';
import { Link } from 'react-router';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { AccountKinds, useAccountKind } from '../../components/AccountKinds.tsx';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { Input } from '../../components/fields/inputs.ts';
import { useRules } from '../../components/fields/rules.ts';
import { AccountField, NameField } from '../../components/fields/text-fields.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { loginFormValues } from '../login/login-form-memory.ts';
import type { OpenReset } from './ProofStep.tsx';
import { useForgotTexts } from './texts.ts';

export interface IdentifyValues {
  readonly account: string;
  readonly name: string;
  readonly documentNumber: string;
}

/**
 * A phone number may have been given to another person, so it identifies nobody: name and document are needed too
 * (PWD-1).
 */
export function IdentifyStep({
  initialValues,
  onTyped,
  onOpened,
}: {
  initialValues: IdentifyValues | undefined;
  onTyped: (typed: IdentifyValues) => void;
  onOpened: (reset: OpenReset) => void;
}) {
  const t = useForgotTexts();
  const common = useCommon();
  const rules = useRules();
  const [form] = Form.useForm<IdentifyValues>();
  const accountKind = useAccountKind();
  const { submit, busy, problem, retry } = useSubmit<IdentifyValues>({
    form,
    send: async (typed) => {
      onTyped(typed);
      const { resetId, methods } = await withChallenge((challenge) =>
        answer(
          bareApi.POST('/v1/password-resets', {
            body: { ...typed, ...accountKind.membersFor(typed.account), ...challenge },
          }),
        ),
      );
      onOpened({ resetId, methods, documentNumber: typed.documentNumber });
    },
  });
  return (
    <>
      <PageTitle step="identify">{t('title')}</PageTitle>
      <p>{t('identifyHint')}</p>
      <ApiForm
        form={form}
        onFinish={submit}
        // The account that was typed at the login.
        initialValues={initialValues ?? { account: loginFormValues().account }}
      >
        <ProblemAlert problem={problem} onRetry={retry}>
          {problem?.code === 'USER_NOT_REGISTERED' ? <Link to="/register">{t('register')}</Link> : null}
          <AccountKinds
            problem={problem}
            onChoose={(kind) => {
              accountKind.choose(form.getFieldValue('account'), kind);
              retry();
            }}
          />
        </ProblemAlert>
        <AccountField />
        <NameField />
        <Form.Item
          name="documentNumber"
          label={common('field.documentNumber')}
          rules={[rules.requiredField(common('field.documentNumber'))]}
        >
          <Input autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={64} />
        </Form.Item>
        <ChallengeNotice />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('nextProve')}
        </Button>
      </ApiForm>
      <p className="step-back">
        <Link to="/login">{t('backToLogin')}</Link>
      </p>
    </>
  );
}
