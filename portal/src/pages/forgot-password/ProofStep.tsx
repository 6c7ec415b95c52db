import { Button, Form } from 'antd';
import { useState } from 'react';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { NewPasswordFields } from '../../components/fields/NewPasswordFields.tsx';
import { SmsCodeField, useSentCode } from '../../components/fields/SmsCodeField.tsx';
import { ProblemActions, showIfJourneyEnded } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { Factor } from '../../components/SecondFactor.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { saveResendAt } from '../../components/saved-journey.ts';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { useForgotTexts } from './texts.ts';

export interface OpenReset {
  readonly resetId: string;
  readonly methods: readonly Factor[];
  /** The password must not contain it (PWD-2). */
  readonly documentNumber: string;
  /** When the next code may be requested, for a page that was reloaded. */
  readonly resendAt?: string | undefined;
}
interface Values {
  readonly smsCode?: string;
  readonly newPassword: string;
  readonly repeat: string;
}

/** The proof and the new password are sent together: after a weak password the proof stays valid (SMS-2). */
export function ProofStep({
  reset: { resetId, methods, documentNumber, resendAt },
  onDone,
  onBack,
  onRestart,
}: {
  reset: OpenReset;
  onDone: () => void;
  onBack: () => void;
  onRestart: () => void;
}) {
  const t = useForgotTexts();
  const common = useCommon();
  const [method, setMethod] = useState<Factor['method']>(methods[0]?.method ?? 'face');
  const [faceTicket, setFaceTicket] = useState<string>();
  // 短信 and 扫脸 are tabs: the code that was sent is still known when the person returns to the tab.
  const sentCode = useSentCode(resendAt === undefined ? undefined : { resendAt });
  const [form] = Form.useForm<Values>();
  const init = { params: { path: { id: resetId } } };
  const { submit, busy, problem, setProblem, retry } = useSubmit<Values>({
    form,
    send: async ({ smsCode, newPassword }) => {
      const proof = method === 'sms' ? { smsCode } : { faceTicket };
      await answer(
        bareApi.POST('/v1/password-resets/{id}/complete', { ...init, body: { ...proof, newPassword } }),
      );
      onDone();
    },
  });
  const sms = methods.find((one) => one.method === 'sms');
  const passwordForm = (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} onRetry={retry}>
        <ProblemActions problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      {method === 'sms' ? (
        <SmsCodeField
          maskedPhone={sms?.method === 'sms' ? sms.maskedPhone : undefined}
          sentCode={sentCode}
          onProblem={showIfJourneyEnded(setProblem)}
          send={async () => {
            const sent = await answer(bareApi.POST('/v1/password-resets/{id}/sms', init));
            saveResendAt('reset', sent.resendAt);
            return sent;
          }}
        />
      ) : (
        <Notice kind="good">{t('facePassed')}</Notice>
      )}
      <NewPasswordFields context={{ documentNumber }} />
      <Button type="primary" htmlType="submit" block loading={busy}>
        {t('set')}
      </Button>
    </ApiForm>
  );
  const content =
    method === 'sms' || faceTicket ? (
      passwordForm
    ) : (
      <>
        <p>{common('factor.faceHint')}</p>
        <ScanCode
          start={() => answer(bareApi.POST('/v1/password-resets/{id}/face', init))}
          onDone={({ ticket }) => setFaceTicket(ticket)}
          onRestart={onRestart}
        />
      </>
    );
  return (
    <>
      <PageTitle step="prove">{t('proveTitle')}</PageTitle>
      {sms ? null : <Notice>{t('noPhone')}</Notice>}
      {methods.length < 2 ? (
        content
      ) : (
        <Tabs
          label={common('factor.choose')}
          tabs={methods.map((one) => ({ key: one.method, title: common(`factor.${one.method}`) }))}
          active={method}
          onChange={setMethod}
        >
          {content}
        </Tabs>
      )}
      <StepBack onBack={onBack} />
    </>
  );
}
