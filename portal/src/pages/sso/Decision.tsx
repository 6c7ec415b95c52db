import { useEffect, useRef, useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import type { Scan } from '../../components/scan/use-scan.ts';
import { Spinner } from '../../components/states.tsx';
import { useAction } from '../../components/use-action.ts';
import { useFreshFactor } from '../../session/fresh-factor.tsx';
import { tellTabs } from '../../session/tabs.ts';
import { wantNothing } from '../../session/wanted.ts';
import { Asked } from './Asked.tsx';
import { goOn } from './handing-over.ts';
import type { AskedFacts, StepUpFacts } from './queries.ts';
import { ShowFace } from './ShowFace.tsx';
import { Stopped } from './Stopped.tsx';
import { useSsoTexts } from './texts.ts';

interface Body {
  readonly choiceId?: string;
  readonly silently?: true;
}
/** The code that is shown for the system's matter, and the decision that follows the face check. */
interface Face {
  readonly facts: StepUpFacts;
  readonly body: Body;
  readonly first: Scan;
}

/** A person is logged in: the page goes on at once if no question is needed, and otherwise asks. */
export function Decision({ id }: { readonly id: string }) {
  const t = useSsoTexts();
  const fresh = useFreshFactor();
  const { run, busy, problem } = useAction();
  const [asked, setAsked] = useState<AskedFacts>();
  const [face, setFace] = useState<Face>();
  const [going, setGoing] = useState(false);
  const begun = useRef(false);
  const params = { path: { id } };

  const decided = async (body: Body): Promise<void> => {
    setFace(undefined);
    // If the system requires a face check, it is made here, and then the call is repeated (SSO-9).
    const said = await fresh.ensured(() => answer(api.POST('/v1/sso/{id}/approve', { params, body })));
    if ('asked' in said) return setAsked(said.asked);
    if ('stepUp' in said) return showFace(said.stepUp, body);
    setGoing(true);
    // The session has another identity now, so other tabs stop.
    if (body.choiceId !== undefined) tellTabs({ kind: 'identity' });
    goOn(said.redirectTo);
  };
  const decide = (body: Body) => run(() => decided(body));
  const stepUp = ({ choiceId }: Body) =>
    answer(api.POST('/v1/sso/{id}/step-up', { params, body: choiceId === undefined ? {} : { choiceId } }));
  /** An earlier face check is used, or a code is shown. A system that allows no page is told that a page is needed. */
  const showFace = async (facts: StepUpFacts, body: Body): Promise<void> => {
    const said = await stepUp(body);
    if ('satisfied' in said) return decided(body);
    if ('redirectTo' in said) {
      setGoing(true);
      return goOn(said.redirectTo);
    }
    setFace({ facts, body, first: said.scan });
  };
  const renewed = async (body: Body): Promise<Scan> => {
    const said = await stepUp(body);
    if ('scan' in said) return said.scan;
    // The face was shown in another tab: this page continues by itself.
    void decide(body);
    return new Promise(() => undefined);
  };
  const refuse = () =>
    run(async () => {
      const { redirectTo } = await answer(api.POST('/v1/sso/{id}/refuse', { params }));
      setGoing(true);
      goOn(redirectTo);
    });
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    wantNothing();
    void decide({ silently: true });
  });

  if (face && !going)
    return (
      <ShowFace
        key={face.first.ticket}
        facts={face.facts}
        first={face.first}
        renew={() => renewed(face.body)}
        onPassed={() => void decide(face.body)}
        onRefuse={() => void refuse()}
      />
    );
  if (asked && !going)
    return (
      <>
        <Asked
          asked={asked}
          busy={busy}
          problem={problem}
          onApprove={(choiceId) => void decide(choiceId === undefined ? {} : { choiceId })}
          onRefuse={() => void refuse()}
        />
        {fresh.dialog}
      </>
    );
  return (
    <>
      {problem ? (
        <Stopped
          id={id}
          problem={problem}
          onRetry={() => void decide({ silently: true })}
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
