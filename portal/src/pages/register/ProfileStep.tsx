import { Button, Checkbox, Form } from 'antd';
import { useState } from 'react';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { NewPasswordFields } from '../../components/fields/NewPasswordFields.tsx';
import { SmsCodeField } from '../../components/fields/SmsCodeField.tsx';
import { PhoneField, UsernameField } from '../../components/fields/text-fields.tsx';
import { ProblemActions, showIfJourneyEnded } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import type { OpenRegistration } from './opened-registration.ts';
import { useRegisterTexts } from './texts.ts';

export interface ProfileValues {
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
export function ProfileStep({
  opened: { registrationId, faceRequired, documentNumber },
  initialValues,
  onTyped,
  onSaved,
  onRestart,
  onBack,
}: {
  opened: OpenRegistration;
  /** What the person typed before, if the person comes back. The code is not kept, because it belongs to its ticket. */
  initialValues: ProfileValues | undefined;
  onTyped: (typed: ProfileValues) => void;
  onSaved: (faceRequired: boolean) => void;
  onRestart: () => void;
  onBack: () => void;
}) {
  const t = useRegisterTexts();
  const [form] = Form.useForm<ProfileValues>();
  const [takenPhone, setTakenPhone] = useState<string>();
  const phone = Form.useWatch('phone', form) ?? '';
  const username = Form.useWatch('username', form) ?? '';
  const init = { params: { path: { id: registrationId } } };
  const { submit, busy, problem, setProblem, retry } = useSubmit<ProfileValues>({
    form,
    send: async (all) => {
      onTyped(all);
      const { repeat: _, username: wanted, takeoverPhone, ...typed } = all;
      try {
        const saved = await withChallenge((challenge) =>
          answer(
            bareApi.PUT('/v1/registrations/{id}/profile', {
              ...init,
              body: {
                ...typed,
                ...(wanted?.trim() ? { username: wanted } : {}),
                ...(takeoverPhone && takenPhone === typed.phone ? { takeoverPhone } : {}),
                ...challenge,
              },
            }),
          ),
        );
        onSaved(saved.faceRequired);
      } catch (error) {
        if (error instanceof Error && error.message === 'PHONE_TAKEN') setTakenPhone(typed.phone);
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
        {...(initialValues ? { initialValues: { ...initialValues, smsCode: undefined } } : {})}
      >
        <ProblemAlert problem={problem} onRetry={retry}>
          <ProblemActions problem={problem} onRestart={onRestart} />
        </ProblemAlert>
        <PhoneField />
        <SmsCodeField
          target={phone}
          onProblem={showIfJourneyEnded(setProblem)}
          send={async () => {
            await form.validateFields(['phone']);
            return withChallenge((challenge) =>
              answer(
                bareApi.POST('/v1/registrations/{id}/sms', {
                  ...init,
                  body: { phone: form.getFieldValue('phone'), ...challenge },
                }),
              ),
            );
          }}
        />
        {takenPhone !== undefined && takenPhone === phone ? (
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
