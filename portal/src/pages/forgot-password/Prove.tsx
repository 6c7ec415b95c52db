import { Button, Form } from 'antd';
import { useState } from 'react';
import { answer, bareApi } from '../../api/client.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { NewPasswordFields } from '../../components/fields/NewPasswordFields.tsx';
import { SmsCodeField } from '../../components/fields/SmsCodeField.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { Factor } from '../../components/SecondFactor.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useCommon } from '../../i18n/index.ts';
import { useForgotTexts } from './texts.ts';

export interface Reset {
  readonly resetId: string;
  readonly methods: readonly Factor[];
  /** The password may not hold it (PWD-2). */
  readonly documentNumber: string;
}
interface Typed {
  readonly smsCode?: string;
  readonly newPassword: string;
  readonly repeat: string;
}

/** The proof and the new password go together: a weak password leaves the proof usable (SMS-2). */
export function Prove({
  reset: { resetId, methods, documentNumber },
  onDone,
  onRestart,
}: {
  reset: Reset;
  onDone: () => void;
  onRestart: () => void;
}) {
  const t = useForgotTexts();
  const common = useCommon();
  const [method, setMethod] = useState<Factor['method']>(methods[0]?.method ?? 'face');
  const [faceTicket, setFaceTicket] = useState<string>();
  const [form] = Form.useForm<Typed>();
  const at = { params: { path: { id: resetId } } };
  const { submit, busy, problem, retry } = useSubmit<Typed>({
    form,
    send: async ({ smsCode, newPassword }) => {
      const proof = method === 'sms' ? { smsCode } : { faceTicket };
      await answer(
        bareApi.POST('/v1/password-resets/{id}/complete', { ...at, body: { ...proof, newPassword } }),
      );
      onDone();
    },
  });
  const sms = methods.find((one) => one.method === 'sms');
  const setting = (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} onRetry={retry} />
      {method === 'sms' ? (
        <SmsCodeField
          maskedPhone={sms?.method === 'sms' ? sms.maskedPhone : undefined}
          send={() => answer(bareApi.POST('/v1/password-resets/{id}/sms', at))}
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
      setting
    ) : (
      <>
        <p>{common('factor.faceHint')}</p>
        <ScanCode
          start={() => answer(bareApi.POST('/v1/password-resets/{id}/face', at))}
          onDone={({ ticket }) => setFaceTicket(ticket)}
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
      <p>
        <button type="button" className="link" onClick={onRestart}>
          {t('restart')}
        </button>
      </p>
    </>
  );
}
