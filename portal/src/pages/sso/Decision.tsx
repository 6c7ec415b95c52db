import { useEffect, useRef, useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Spinner } from '../../components/query-states.tsx';
import type { Scan } from '../../components/scan/use-scan.ts';
import { useAction } from '../../components/use-action.ts';
import { useFreshFactor } from '../../session/fresh-factor.tsx';
import { clearRequestedPage } from '../../session/requested-page.ts';
import { postToTabs } from '../../session/tabs.ts';
import { ConsentForm } from './ConsentForm.tsx';
import { replaceLocation } from './hand-over.ts';
import { MatterFaceCheck } from './MatterFaceCheck.tsx';
import type { ConsentRequest, StepUpRequest } from './queries.ts';
import { RequestStopped } from './RequestStopped.tsx';
import { useSsoTexts } from './texts.ts';

interface Body {
  readonly choiceId?: string;
  readonly silently?: true;
}
/** The code that is shown for the system's matter, and the decision that follows the face check. */
interface FaceCheckState {
  readonly stepUp: StepUpRequest;
  readonly body: Body;
  readonly firstScan: Scan;
}

/** A person is logged in: the page goes to the system at once if no consent is needed, and otherwise asks for it. */
export function Decision({ id }: { readonly id: string }) {
  const t = useSsoTexts();
  const fresh = useFreshFactor();
  const { run, busy, problem } = useAction();
  const [consent, setConsent] = useState<ConsentRequest>();
  const [face, setFace] = useState<FaceCheckState>();
  const [isLeaving, setIsLeaving] = useState(false);
  const hasStarted = useRef(false);
  const params = { path: { id } };

  const submitDecision = async (body: Body): Promise<void> => {
    setFace(undefined);
    // If the system requires a face check, it is made here, and then the call is repeated (SSO-9).
    const result = await fresh.withFreshFactor(() =>
      answer(api.POST('/v1/sso/{id}/approve', { params, body })),
    );
    if ('asked' in result) return setConsent(result.asked);
    if ('stepUp' in result) return showFaceCheck(result.stepUp, body);
    setIsLeaving(true);
    // The session has another identity now, so other tabs stop.
    if (body.choiceId !== undefined) postToTabs({ kind: 'identity' });
    replaceLocation(result.redirectTo);
  };
  const runDecision = (body: Body) => run(() => submitDecision(body));
  const startStepUp = ({ choiceId }: Body) =>
    answer(api.POST('/v1/sso/{id}/step-up', { params, body: choiceId === undefined ? {} : { choiceId } }));
  /** An earlier face check is used, or a code is shown. A system that allows no page is told that a page is needed. */
  const showFaceCheck = async (stepUp: StepUpRequest, body: Body): Promise<void> => {
    const result = await startStepUp(body);
    if ('satisfied' in result) return submitDecision(body);
    if ('redirectTo' in result) {
      setIsLeaving(true);
      return replaceLocation(result.redirectTo);
    }
    setFace({ stepUp, body, firstScan: result.scan });
  };
  const renewScan = async (body: Body): Promise<Scan> => {
    const result = await startStepUp(body);
    if ('scan' in result) return result.scan;
    // The face was shown in another tab: this page continues by itself.
    void runDecision(body);
    return new Promise(() => undefined);
  };
  const refuse = () =>
    run(async () => {
      const { redirectTo } = await answer(api.POST('/v1/sso/{id}/refuse', { params }));
      setIsLeaving(true);
      replaceLocation(redirectTo);
    });
  useEffect(() => {
    if (hasStarted.current) return;
    hasStarted.current = true;
    clearRequestedPage();
    void runDecision({ silently: true });
  });

  if (face && !isLeaving)
    return (
      <MatterFaceCheck
        key={face.firstScan.ticket}
        stepUp={face.stepUp}
        firstScan={face.firstScan}
        renew={() => renewScan(face.body)}
        onPassed={() => void runDecision(face.body)}
        onRefuse={() => void refuse()}
      />
    );
  if (consent && !isLeaving)
    return (
      <>
        <ConsentForm
          consent={consent}
          busy={busy}
          problem={problem}
          onApprove={(choiceId) => void runDecision(choiceId === undefined ? {} : { choiceId })}
          onRefuse={() => void refuse()}
        />
        {fresh.dialog}
      </>
    );
  return (
    <>
      {problem ? (
        <RequestStopped
          id={id}
          problem={problem}
          onRetry={() => void runDecision({ silently: true })}
          onRefuse={() => void refuse()}
        />
      ) : (
        <section className="card narrow">
          <PageTitle>{t('title')}</PageTitle>
          <p role="status">
            <Spinner /> {t('going')}
          </p>
        </section>
      )}
      {fresh.dialog}
    </>
  );
}
