import { useEffect } from 'react';
import { useLocation } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { publishToDesk } from '../../components/scan/desk-codes.ts';
import { useAction } from '../../components/use-action.ts';
import { clearRequestedPage } from '../../session/requested-page.ts';
import { replaceLocation, systemInState, useSystemName } from '../sso/hand-over.ts';
import { useLoginTexts } from './texts.ts';

/** SSO-13: names the tax system for which the person logs in, and offers to log in without it. */
export function TaxSystemNotice() {
  const t = useLoginTexts();
  const systemName = useSystemName();
  const system = systemInState(useLocation().state);
  const { run, busy, problem } = useAction();
  const id = system?.id;
  // A phone on the desk may have opened the system: then it hands its person over (QR-1).
  useEffect(() => (id === undefined ? undefined : publishToDesk(`${location.origin}/sso#${id}`)), [id]);
  if (!system) return null;
  const leaveSystem = () =>
    run(async () => {
      const params = { path: { id: system.id } };
      clearRequestedPage();
      replaceLocation((await answer(bareApi.POST('/v1/sso/{id}/leave', { params }))).redirectTo);
    });
  return (
    <>
      <ProblemAlert problem={problem} />
      <div className="notice info">
        <p>{t('forSystem', { system: systemName(system.name) })}</p>
        <button type="button" className="link" disabled={busy} onClick={() => void leaveSystem()}>
          {t('leaveSystem')}
        </button>
      </div>
    </>
  );
}
