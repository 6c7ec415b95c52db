import { Button, Form } from 'antd';
import { useEffect, useState } from 'react';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { SmsCodeField, useSentCode } from '../../components/fields/SmsCodeField.tsx';
import { keepSent } from '../../components/kept-journey.ts';
import { overTo, WayOut } from '../../components/Over.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useRecoverTexts } from './texts.ts';

/** What the API opened. */
export interface Recovery {
  readonly recoveryId: string;
  /** When the next code may be requested, for a page that was reloaded. */
  readonly againAt?: string | undefined;
}

/**
 * Why a face check is needed in addition: the number belongs to another person (PHN-3), or the stage requires a face
 * check from everybody.
 */
type Extra = 'takeover' | 'face';

/** The code to the new number; it stays valid while a face check is added (SMS-2). */
export function ProveNumber({
  recovery: { recoveryId, againAt },
  onDone,
  onBack,
  onRestart,
}: {
  recovery: Recovery;
  onDone: () => void;
  onBack: () => void;
  onRestart: () => void;
}) {
  const t = useRecoverTexts();
  const [form] = Form.useForm<{ smsCode: string }>();
  const kept = useSentCode(againAt === undefined ? undefined : { againAt });
  const [taken, setTaken] = useState(false);
  const [extra, setExtra] = useState<Extra>();
  const at = { params: { path: { id: recoveryId } } };
  const complete = async (faceTicket?: string) => {
    await answer(
      bareApi.POST('/v1/phone-recoveries/{id}/complete', {
        ...at,
        body: {
          smsCode: form.getFieldValue('smsCode'),
          ...(faceTicket ? { faceTicket } : {}),
          ...(extra === 'takeover' ? { takeover: true } : {}),
        },
      }),
    );
    onDone();
  };
  const [faceTicket, setFaceTicket] = useState<string>();
  const { submit, busy, problem, setProblem, retry } = useSubmit<{ smsCode: string }>({
    form,
    fields: { PHONE_TAKEN: null },
    send: async () => {
      try {
        await complete(faceTicket);
      } catch (error) {
        const { code } = problemOf(error);
        if (code === 'PHONE_TAKEN') setTaken(true);
        if (code !== 'FACE_REQUIRED') throw error;
        // A check that was used or has expired must be repeated.
        setFaceTicket(undefined);
        setExtra(extra ?? 'face');
      }
    },
  });
  // The proof is sent together with the code as it was typed.
  useEffect(() => {
    if (faceTicket) form.submit();
  }, [faceTicket, form]);
  return (
    <>
      <PageTitle step="code">{t('codeTitle')}</PageTitle>
      <ApiForm form={form} onFinish={submit}>
        <ProblemAlert problem={problem} onRetry={retry}>
          <WayOut problem={problem} onRestart={onRestart} />
          {taken && extra === undefined ? (
            <>
              <p>{t('takenHint')}</p>
              <Button
                onClick={() => {
                  setProblem(undefined);
                  setExtra('takeover');
                }}
              >
                {t('takeover')}
              </Button>
            </>
          ) : null}
        </ProblemAlert>
        <SmsCodeField
          kept={kept}
          onProblem={overTo(setProblem)}
          send={async () => {
            const sent = await withChallenge((challenge) =>
              answer(bareApi.POST('/v1/phone-recoveries/{id}/sms', { ...at, body: challenge })),
            );
            keepSent('recover', sent.resendAt);
            return sent;
          }}
        />
        <ChallengeNotice />
        {extra && !faceTicket ? null : (
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t('done')}
          </Button>
        )}
      </ApiForm>
      {extra && !faceTicket ? (
        <>
          <Notice>{t('faceNeeded')}</Notice>
          <ScanCode
            start={() => answer(bareApi.POST('/v1/phone-recoveries/{id}/face', at))}
            onDone={({ ticket }) => setFaceTicket(ticket)}
            onRestart={onRestart}
          />
        </>
      ) : null}
      <StepBack onBack={onBack} />
    </>
  );
}
