import { Link } from 'react-router';
import { sentenceOf, textOf } from '../../api/problem.ts';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { startSession } from '../../session/session.ts';
import { useSessionState } from '../../session/store.ts';
import { useLoginTexts } from './texts.ts';

/** What nobody has to be alarmed about: time passed, or the person's own doing in another tab. */
const calm: readonly unknown[] = ['idle', 'expired', 'logged-out', undefined];

/** Why somebody who was signed in no longer is: replaced (when and where), idle, logged out in another tab … (SES-3). */
export function Ended() {
  const t = useLoginTexts();
  const now = useSessionState();
  if (now.status !== 'none' || !now.ended) return null;
  const { ended, good } = now;
  if (good) return <Notice kind="good">{sentenceOf(ended)}</Notice>;
  const by = textOf(ended, 'by');
  if (ended.code === 'SESSION_ENDED' && calm.includes(ended.reason) && !by)
    return <Notice>{sentenceOf(ended)}</Notice>;
  const replaced = ended.reason === 'replaced';
  return (
    <ProblemAlert problem={ended} onRetry={() => void startSession()}>
      {replaced && by ? <p>{t('replacedBy', { by })}</p> : null}
      {replaced ? <Link to="/forgot-password">{t('forgot')}</Link> : null}
    </ProblemAlert>
  );
}
