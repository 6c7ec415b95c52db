import { useEffect } from 'react';
import { useLocation } from 'react-router';
import { answer, bareApi } from '../../api/client.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { showToDesk } from '../../components/scan/desk-codes.ts';
import { useAction } from '../../components/use-action.ts';
import { wantNothing } from '../../session/wanted.ts';
import { goOn, systemIn, useSystemName } from '../sso/handing-over.ts';
import { useLoginTexts } from './texts.ts';

/** SSO-13: names the tax system for which the person logs in, and offers to log in without it. */
export function ForSystem() {
  const t = useLoginTexts();
  const systemName = useSystemName();
  const system = systemIn(useLocation().state);
  const { run, busy, problem } = useAction();
  const id = system?.id;
  // A phone on the desk may have opened the system: then it hands its person over (QR-1).
  useEffect(() => (id === undefined ? undefined : showToDesk(`${location.origin}/sso#${id}`)), [id]);
  if (!system) return null;
  const leave = () =>
    run(async () => {
      const params = { path: { id: system.id } };
      wantNothing();
      goOn((await answer(bareApi.POST('/v1/sso/{id}/leave', { params }))).redirectTo);
    });
  return (
    <>
      <ProblemAlert problem={problem} />
      <div className="notice info">
        <p>{t('forSystem', { system: systemName(system.name) })}</p>
        <button type="button" className="link" disabled={busy} onClick={() => void leave()}>
          {t('leaveSystem')}
        </button>
      </div>
    </>
  );
}
