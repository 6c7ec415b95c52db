import { Link } from 'react-router';
import { textOf } from '../../api/problem.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { startSession } from '../../session/session.ts';
import { useSessionState } from '../../session/store.ts';
import { useLoginTexts } from './texts.ts';

/** Why somebody who was signed in no longer is: replaced (when and where), idle, logged out in another tab … (SES-3). */
export function Ended() {
  const t = useLoginTexts();
  const now = useSessionState();
  if (now.status !== 'none' || !now.ended) return null;
  const by = textOf(now.ended, 'by');
  const replaced = now.ended.reason === 'replaced';
  return (
    <ProblemAlert problem={now.ended} onRetry={() => void startSession()}>
      {replaced && by ? <p>{t('replacedBy', { by })}</p> : null}
      {replaced ? <Link to="/forgot-password">{t('forgot')}</Link> : null}
    </ProblemAlert>
  );
}
