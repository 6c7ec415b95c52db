import { Button, Form } from 'antd';
import { Link } from 'react-router';
import type { DocumentType } from '#domain/people/documents.ts';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { PersonFields } from '../../components/fields/PersonFields.tsx';
import { PasswordField, PhoneField } from '../../components/fields/text-fields.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useRecoverTexts } from './texts.ts';

export interface IdentifyValues {
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  readonly password: string;
  readonly newPhone: string;
}

export function IdentifyStep({
  initialValues,
  onTyped,
  onOpened,
}: {
  initialValues: IdentifyValues | undefined;
  onTyped: (typed: IdentifyValues) => void;
  onOpened: (recoveryId: string) => void;
}) {
  const t = useRecoverTexts();
  const [form] = Form.useForm<IdentifyValues>();
  const { submit, busy, problem, retry } = useSubmit<IdentifyValues>({
    form,
    send: async (typed) => {
      onTyped(typed);
      const { recoveryId } = await withChallenge((challenge) =>
        answer(bareApi.POST('/v1/phone-recoveries', { body: { ...typed, ...challenge } })),
      );
      onOpened(recoveryId);
    },
  });
  const needsNewPassword =
    problem?.code === 'BAD_CREDENTIALS' ||
    problem?.code === 'ACCOUNT_LOCKED' ||
    problem?.code === 'PASSWORD_CHANGE_REQUIRED';
  return (
    <>
      <PageTitle step="identify">{t('title')}</PageTitle>
      <p>{t('identifyHint')}</p>
      <ApiForm form={form} onFinish={submit} {...(initialValues ? { initialValues } : {})}>
        <ProblemAlert problem={problem} onRetry={retry}>
          {needsNewPassword ? <Link to="/forgot-password">{t('forgot')}</Link> : null}
        </ProblemAlert>
        <PersonFields />
        <PasswordField />
        <PhoneField name="newPhone" label={t('newPhone')} />
        <ChallengeNotice />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('nextCode')}
        </Button>
      </ApiForm>
      <p className="step-back">
        <Link to="/login">{t('backToLogin')}</Link>
      </p>
    </>
  );
}
