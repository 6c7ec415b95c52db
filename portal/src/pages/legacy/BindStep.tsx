import { Button, Form } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import type { DocumentType } from '#domain/people/documents.ts';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { PersonFields } from '../../components/fields/PersonFields.tsx';
import { SmsCodeField } from '../../components/fields/SmsCodeField.tsx';
import { PasswordField } from '../../components/fields/text-fields.tsx';
import { ProblemActions } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useLegacyTexts } from './texts.ts';

interface Values {
  readonly name: string;
  readonly documentType: DocumentType;
  readonly documentNumber: string;
  readonly password: string;
  readonly smsCode: string;
}

/**
 * LEG-2: binds a tax handler with both of the person's factors. If the company had no active people, the relation is
 * active at once.
 */
export function BindStep({
  legacyId,
  onBack,
  onRestart,
}: {
  legacyId: string;
  onBack: () => void;
  onRestart: () => void;
}) {
  const t = useLegacyTexts();
  const [form] = Form.useForm<Values>();
  const [boundState, setBoundState] = useState<'active' | 'pending'>();
  const params = { path: { legacyId } };
  const { submit, busy, problem, retry } = useSubmit<Values>({
    form,
    send: async (body) => {
      const { state } = await answer(bareApi.POST('/v1/legacy/logins/{legacyId}/bindings', { params, body }));
      setBoundState(state);
    },
  });
  const sendSms = async () => {
    const { name, documentType, documentNumber } = await form.validateFields([
      'name',
      'documentType',
      'documentNumber',
    ]);
    return withChallenge((challenge) =>
      answer(
        bareApi.POST('/v1/legacy/logins/{legacyId}/bindings/sms', {
          params,
          body: { name, documentType, documentNumber, ...challenge },
        }),
      ),
    );
  };
  if (boundState)
    return (
      <>
        <PageTitle step="bound">{t('bindTitle')}</PageTitle>
        <Notice kind="good">{t(boundState === 'active' ? 'boundActive' : 'boundPending')}</Notice>
        <Link to="/login">{t('toLogin')}</Link>
      </>
    );
  return (
    <>
      <PageTitle step="bind">{t('bindTitle')}</PageTitle>
      <p>{t('bindHint')}</p>
      <ProblemAlert problem={problem} onRetry={retry}>
        <ProblemActions problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <ApiForm form={form} onFinish={submit}>
        <PersonFields />
        <SmsCodeField send={sendSms} />
        <PasswordField />
        <ChallengeNotice />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('bindDo')}
        </Button>
      </ApiForm>
      <p>
        <button type="button" className="link" onClick={onBack}>
          {t('backToPick')}
        </button>
      </p>
    </>
  );
}
