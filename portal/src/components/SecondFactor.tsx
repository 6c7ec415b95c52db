import { Button, Form } from 'antd';
import { type ReactNode, useState } from 'react';
import type { Problem } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';
import { ApiForm } from './ApiForm.tsx';
import { type KeptCode, SmsCodeField, useSentCode } from './fields/SmsCodeField.tsx';
import { isOver, WayOut } from './Over.tsx';
import { ProblemAlert } from './ProblemAlert.tsx';
import { ScanCode } from './scan/ScanCode.tsx';
import type { Scan } from './scan/use-scan.ts';
import { Tabs } from './Tabs.tsx';
import { useAction } from './use-action.ts';
import { useSubmit } from './use-submit.ts';

export type Factor = { readonly method: 'sms'; readonly maskedPhone?: string } | { readonly method: 'face' };
export type Proof = { readonly smsCode: string } | { readonly faceTicket: string };

interface Props {
  /** What may be used, as the API offers it. */
  readonly factors: readonly Factor[];
  readonly sendSms: () => Promise<{ maskedPhone: string; resendAt: string }>;
  readonly startFace: () => Promise<Scan>;
  /** Uses the proof; throws ApiProblem. */
  readonly verify: (proof: Proof) => Promise<void>;
  /** What the button says; 验证 unless said otherwise. */
  readonly action?: string | undefined;
  /** Said of the face beside which apps check it. */
  readonly faceHint?: string | undefined;
  /** Begins the journey anew where its ticket is over. */
  readonly onRestart?: (() => void) | undefined;
  /** Shown where the last face try failed. */
  readonly failed?: ReactNode;
  /** When the next code may be asked for, of a page that was loaded anew. */
  readonly againAt?: string | undefined;
}

/** SMS code or face check, side by side as tabs (LGN-3); what one has begun is there when somebody comes back to it. */
export function SecondFactor({ factors, againAt, ...props }: Props) {
  const t = useCommon();
  const [method, setMethod] = useState<Factor['method']>(factors[0]?.method ?? 'face');
  const kept = useSentCode(againAt === undefined ? undefined : { againAt });
  const sms = factors.find((factor) => factor.method === 'sms');
  const content =
    method === 'sms' ? (
      <BySms maskedPhone={sms?.maskedPhone} kept={kept} {...props} />
    ) : (
      <ByFace {...props} />
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

function BySms({
  maskedPhone,
  kept,
  sendSms,
  verify,
  action,
  onRestart,
}: Pick<Props, 'sendSms' | 'verify' | 'action' | 'onRestart'> & {
  maskedPhone: string | undefined;
  kept: KeptCode;
}) {
  const t = useCommon();
  const [form] = Form.useForm<{ smsCode: string }>();
  const { submit, busy, problem, setProblem, retry } = useSubmit({ form, send: verify });
  const shownAbove = (found: Problem): boolean => {
    if (!isOver(found) && found.code !== 'ACCOUNT_LOCKED') return false;
    setProblem(found);
    return true;
  };
  return (
    <ApiForm form={form} onFinish={submit}>
      <ProblemAlert problem={problem} onRetry={retry}>
        <WayOut problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <SmsCodeField maskedPhone={maskedPhone} kept={kept} onProblem={shownAbove} send={sendSms} atOnce />
      <Button type="primary" htmlType="submit" block loading={busy}>
        {action ?? t('factor.verify')}
      </Button>
    </ApiForm>
  );
}

function ByFace({
  startFace,
  verify,
  faceHint,
  onRestart,
  failed,
}: Pick<Props, 'startFace' | 'verify' | 'faceHint' | 'onRestart' | 'failed'>) {
  const t = useCommon();
  const { run, problem } = useAction();
  const [passed, setPassed] = useState<string>();
  const use = (faceTicket: string) => run(() => verify({ faceTicket }));
  return (
    <>
      <p>{t('factor.faceHint')}</p>
      <p className="small">{t('factor.iitHint')}</p>
      {faceHint === undefined ? null : <p className="small">{faceHint}</p>}
      {/* A passed check whose use met a bad network is used again, not scanned again. */}
      <ProblemAlert problem={problem} onRetry={passed ? () => void use(passed) : undefined}>
        <WayOut problem={problem} onRestart={onRestart} />
      </ProblemAlert>
      <ScanCode
        start={startFace}
        onDone={({ ticket }) => {
          setPassed(ticket);
          void use(ticket);
        }}
        onRestart={onRestart}
        failed={failed}
      />
    </>
  );
}
