import { Button, Form } from 'antd';
import { type ReactNode, useState } from 'react';
import type { Problem } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';
import { ApiForm } from './ApiForm.tsx';
import { type SentCodeState, SmsCodeField, useSentCode } from './fields/SmsCodeField.tsx';
import { HelpMark } from './HelpMark.tsx';
import { isJourneyEnded, ProblemActions } from './JourneyEnded.tsx';
import { ProblemAlert } from './ProblemAlert.tsx';
import { ScanCode } from './scan/ScanCode.tsx';
import type { Scan } from './scan/use-scan.ts';
import { Tabs } from './Tabs.tsx';
import { useAction } from './use-action.ts';
import { useSubmit } from './use-submit.ts';

export type Factor = { readonly method: 'sms'; readonly maskedPhone?: string } | { readonly method: 'face' };
export type Proof = { readonly smsCode: string } | { readonly faceTicket: string };

interface Props {
  /** The factors that the API offers. */
  readonly factors: readonly Factor[];
  readonly sendSms: () => Promise<{ maskedPhone: string; resendAt: string }>;
  readonly startFace: () => Promise<Scan>;
  /** Uses the proof; throws ApiProblem. */
  readonly verify: (proof: Proof) => Promise<void>;
  /** The button's label; 验证 by default. */
  readonly action?: string | undefined;
  /** A hint about the face check, shown beside the list of apps. */
  readonly faceHint?: string | undefined;
  /** Begins the journey again if its ticket has ended. */
  readonly onRestart?: (() => void) | undefined;
  /** Shown if the last face check failed. */
  readonly failedHint?: ReactNode;
  /** When the next code may be requested, for a page that was reloaded. */
  readonly resendAt?: string | undefined;
}

/** SMS code or face check, as two tabs (LGN-3); each tab keeps its progress when the person returns to it. */
export function SecondFactor({ factors, resendAt, ...props }: Props) {
  const t = useCommon();
  const [method, setMethod] = useState<Factor['method']>(factors[0]?.method ?? 'face');
  const sentCode = useSentCode(resendAt === undefined ? undefined : { resendAt });
  const sms = factors.find((factor) => factor.method === 'sms');
  const content =
    method === 'sms' ? (
      <SmsFactor maskedPhone={sms?.maskedPhone} sentCode={sentCode} {...props} />
    ) : (
      <FaceFactor {...props} />
    );
  if (factors.length < 2) return content;
  return (
    <Tabs
      label={t('factor.choose')}
      tabs={factors.map((factor) => ({ key: factor.method, title: t(`factor.${factor.method}`) }))}
      active={method}
      onChange={setMethod}
    >
      {content}
    </Tabs>
  );
}

function SmsFactor({
  maskedPhone,
  sentCode,
  sendSms,
  verify,
  action,
  onRestart,
}: Pick<Props, 'sendSms' | 'verify' | 'action' | 'onRestart'> & {
  maskedPhone: string | undefined;
  sentCode: SentCodeState;
}) {
  const t = useCommon();
  const [form] = Form.useForm<{ smsCode: string }>();
  const { submit, busy, problem, setProblem, retry } = useSubmit({ form, send: verify });
  const showAboveForm = (found: Problem): boolean => {
    if (!isJourneyEnded(found) && found.code !== 'ACCOUNT_LOCKED') return false;
    setProblem(found);
    return true;
  };
  return (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} onRetry={retry}>
        <ProblemActions problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <SmsCodeField
        maskedPhone={maskedPhone}
        sentCode={sentCode}
        onProblem={showAboveForm}
        send={sendSms}
        submitsWhenComplete
      />
      <Button type="primary" htmlType="submit" block loading={busy}>
        {action ?? t('factor.verify')}
      </Button>
    </ApiForm>
  );
}

function FaceFactor({
  startFace,
  verify,
  faceHint,
  onRestart,
  failedHint,
}: Pick<Props, 'startFace' | 'verify' | 'faceHint' | 'onRestart' | 'failedHint'>) {
  const t = useCommon();
  const { run, problem } = useAction();
  const [passedTicket, setPassedTicket] = useState<string>();
  const verifyFace = (faceTicket: string) => run(() => verify({ faceTicket }));
  return (
    <>
      <p>
        {t('factor.faceHint')} <HelpMark anchor="scan" about={t('factor.face')} />
      </p>
      <p className="small">{t('factor.iitHint')}</p>
      {faceHint === undefined ? null : <p className="small">{faceHint}</p>}
      {/* If the network fails after a passed check, the check is used again and the person need not scan again. */}
      <ProblemAlert
        problem={problem}
        onRetry={passedTicket ? () => void verifyFace(passedTicket) : undefined}
      >
        <ProblemActions problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <ScanCode
        start={startFace}
        onDone={({ ticket }) => {
          setPassedTicket(ticket);
          void verifyFace(ticket);
        }}
        onRestart={onRestart}
        failedHint={failedHint}
      />
    </>
  );
}
