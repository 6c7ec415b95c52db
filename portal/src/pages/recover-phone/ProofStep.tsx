import { Button, Form } from 'antd';
import { useEffect, useState } from 'react';
import { withChallenge } from '../../api/challenge.ts';
import { answer, bareApi } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { ApiForm } from '../../components/ApiForm.tsx';
import { ChallengeNotice } from '../../components/ChallengeNotice.tsx';
import { SmsCodeField, useSentCode } from '../../components/fields/SmsCodeField.tsx';
import { ProblemActions, showIfJourneyEnded } from '../../components/JourneyEnded.tsx';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { StepBack } from '../../components/StepBack.tsx';
import { saveResendAt } from '../../components/saved-journey.ts';
import { ScanCode } from '../../components/scan/ScanCode.tsx';
import { useSubmit } from '../../components/use-submit.ts';
import { useRecoverTexts } from './texts.ts';

/** What the API opened. */
export interface OpenRecovery {
  readonly recoveryId: string;
  /** When the next code may be requested, for a page that was reloaded. */
  readonly resendAt?: string | undefined;
}

/**
 * Why a face check is needed in addition: the number belongs to another person (PHN-3), or the stage requires a face
 * check from everybody.
 */
type FaceReason = 'takeover' | 'face';

/** The code to the new number; it stays valid while a face check is added (SMS-2). */
export function ProofStep({
  recovery: { recoveryId, resendAt },
  onDone,
  onBack,
  onRestart,
}: {
  recovery: OpenRecovery;
  onDone: () => void;
  onBack: () => void;
  onRestart: () => void;
}) {
  const t = useRecoverTexts();
  const [form] = Form.useForm<{ smsCode: string }>();
  const sentCode = useSentCode(resendAt === undefined ? undefined : { resendAt });
  const [isTaken, setIsTaken] = useState(false);
  const [faceReason, setFaceReason] = useState<FaceReason>();
  const init = { params: { path: { id: recoveryId } } };
  const complete = async (faceTicket?: string) => {
    await answer(
      bareApi.POST('/v1/phone-recoveries/{id}/complete', {
        ...init,
        body: {
          smsCode: form.getFieldValue('smsCode'),
          ...(faceTicket ? { faceTicket } : {}),
          ...(faceReason === 'takeover' ? { takeover: true } : {}),
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
        if (code === 'PHONE_TAKEN') setIsTaken(true);
        if (code !== 'FACE_REQUIRED') throw error;
        // A check that was used or has expired must be repeated.
        setFaceTicket(undefined);
        setFaceReason(faceReason ?? 'face');
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
          <ProblemActions problem={problem} onRestart={onRestart} />
          {isTaken && faceReason === undefined ? (
            <>
              <p>{t('takenHint')}</p>
              <Button
                onClick={() => {
                  setProblem(undefined);
                  setFaceReason('takeover');
                }}
              >
                {t('takeover')}
              </Button>
            </>
          ) : null}
        </ProblemAlert>
        <SmsCodeField
          sentCode={sentCode}
          onProblem={showIfJourneyEnded(setProblem)}
          send={async () => {
            const sent = await withChallenge((challenge) =>
              answer(bareApi.POST('/v1/phone-recoveries/{id}/sms', { ...init, body: challenge })),
            );
            saveResendAt('recover', sent.resendAt);
            return sent;
          }}
        />
        <ChallengeNotice />
        {faceReason && !faceTicket ? null : (
          <Button type="primary" htmlType="submit" block loading={busy}>
            {t('done')}
          </Button>
        )}
      </ApiForm>
      {faceReason && !faceTicket ? (
        <>
          <Notice>{t('faceNeeded')}</Notice>
          <ScanCode
            start={() => answer(bareApi.POST('/v1/phone-recoveries/{id}/face', init))}
            onDone={({ ticket }) => setFaceTicket(ticket)}
            onRestart={onRestart}
          />
        </>
      ) : null}
      <StepBack onBack={onBack} />
    </>
  );
}
