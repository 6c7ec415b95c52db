import { Button, Checkbox, Form } from 'antd';
import { useState } from 'react';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { NewPasswordFields } from '../../components/fields/NewPasswordFields.tsx';
import { SmsCodeField } from '../../components/fields/SmsCodeField.tsx';
import { PhoneField, UsernameField } from '../../components/fields/text-fields.tsx';
import { overTo, WayOut } from '../../components/Over.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import type { Opened } from './opened.ts';
import { useRegisterTexts } from './texts.ts';

export interface TypedProfile {
  readonly phone: string;
  readonly smsCode: string;
  readonly password: string;
  readonly repeat: string;
  readonly username?: string;
  readonly takeoverPhone?: boolean;
}

/**
 * Phone, password, username (REG-1). A person who passes the face check can take over another person's number (PHN-3).
 */
export function Profile({
  opened: { registrationId, faceRequired, documentNumber },
  before,
  onTyped,
  onKept,
  onRestart,
  onBack,
}: {
  opened: Opened;
  /** What the person typed before, if the person comes back. The code is not kept, because it belongs to its ticket. */
  before: TypedProfile | undefined;
  onTyped: (typed: TypedProfile) => void;
  onKept: (faceRequired: boolean) => void;
  onRestart: () => void;
  onBack: () => void;
}) {
  const t = useRegisterTexts();
  const [form] = Form.useForm<TypedProfile>();
  const [taken, setTaken] = useState<string>();
  const phone = Form.useWatch('phone', form) ?? '';
  const username = Form.useWatch('username', form) ?? '';
  const at = { params: { path: { id: registrationId } } };
  const { submit, busy, problem, setProblem, retry } = useSubmit<TypedProfile>({
    form,
    send: async (all) => {
      onTyped(all);
      const { repeat: _, username: wanted, takeoverPhone, ...typed } = all;
      try {
        const kept = await withChallenge((challenge) =>
          answer(
            bareApi.PUT('/v1/registrations/{id}/profile', {
              ...at,
              body: {
                ...typed,
                ...(wanted?.trim() ? { username: wanted } : {}),
                ...(takeoverPhone && taken === typed.phone ? { takeoverPhone } : {}),
                ...challenge,
              },
            }),
          ),
        );
        onKept(kept.faceRequired);
      } catch (error) {
        if (error instanceof Error && error.message === 'PHONE_TAKEN') setTaken(typed.phone);
        throw error;
      }
    },
  });
  return (
    <>
      <PageTitle step="profile">{t('profileTitle')}</PageTitle>
      {faceRequired ? null : <Notice>{t('hallPhone')}</Notice>}
      <ApiForm
        form={form}
        onFinish={submit}
        {...(before ? { initialValues: { ...before, smsCode: undefined } } : {})}
      >
        <ProblemAlert problem={problem} onRetry={retry}>
          <WayOut problem={problem} onRestart={onRestart} />
        </ProblemAlert>
        <PhoneField />
        <SmsCodeField
          target={phone}
          onProblem={overTo(setProblem)}
          send={async () => {
            await form.validateFields(['phone']);
            return withChallenge((challenge) =>
              answer(
                bareApi.POST('/v1/registrations/{id}/sms', {
                  ...at,
                  body: { phone: form.getFieldValue('phone'), ...challenge },
                }),
              ),
            );
          }}
        />
        {taken !== undefined && taken === phone ? (
          <Form.Item name="takeoverPhone" valuePropName="checked" extra={t('takeoverHint')}>
            <Checkbox>{t('takeover')}</Checkbox>
          </Form.Item>
        ) : null}
        <NewPasswordFields name="password" context={{ phones: [phone], username, documentNumber }} />
        <UsernameField optional />
        <ChallengeNotice />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t(faceRequired ? 'nextFace' : 'nextLast')}
        </Button>
      </ApiForm>
      <StepBack onBack={onBack} />
    </>
  );
}
