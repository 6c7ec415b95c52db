import { useEffect, useRef, useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Spinner } from '../../components/states.tsx';
import { useAction } from '../../components/use-action.ts';
import { useFreshFactor } from '../../session/fresh-factor.tsx';
import { tellTabs } from '../../session/tabs.ts';
import { wantNothing } from '../../session/wanted.ts';
import { Asked } from './Asked.tsx';
import { goOn } from './handing-over.ts';
import type { AskedFacts } from './queries.ts';
import { Stopped } from './Stopped.tsx';
import { useSsoTexts } from './texts.ts';

/** Somebody is logged in: on at once where nobody need be asked, otherwise the question. */
export function Decision({ id }: { readonly id: string }) {
  const t = useSsoTexts();
  const fresh = useFreshFactor();
  const { run, busy, problem } = useAction();
  const [asked, setAsked] = useState<AskedFacts>();
  const [going, setGoing] = useState(false);
  const begun = useRef(false);
  const params = { path: { id } };

  const decide = (body: { choiceId?: string; silently?: true }) =>
    run(async () => {
      // A face that the system wants is checked here, and then it goes on (SSO-9).
      const said = await fresh.ensured(() => answer(api.POST('/v1/sso/{id}/approve', { params, body })));
      if ('asked' in said) return setAsked(said.asked);
      setGoing(true);
      // The session is somebody else now: other tabs stop.
      if (body.choiceId !== undefined) tellTabs({ kind: 'identity' });
      goOn(said.redirectTo);
    });
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
