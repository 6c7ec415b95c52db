import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { sentenceOf, textOf } from '../../api/problem.ts';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useBrowserName } from '../../i18n/browsers.ts';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { startSession } from '../../session/session.ts';
import { useSessionState } from '../../session/store.ts';
import { useLoginTexts } from './texts.ts';

/** Reasons that need not alarm anybody: time passed, or the person did it in another tab. */
const calm: readonly unknown[] = ['idle', 'expired', 'logged-out', undefined];

/**
 * Why a person who was signed in no longer is: replaced (when and where), idle, logged out in another tab … (SES-3).
 */
export function Ended() {
  const t = useLoginTexts();
  const common = useCommon();
  const browserName = useBrowserName();
  const now = useSessionState();
  // The API gives the sentence again in the language that is chosen now.
  const language = useLanguage();
  const saidIn = useRef(language);
  const isTheirs = now.status === 'none' && now.ended !== undefined && !now.good && !now.says;
  useEffect(() => {
    const isOther = saidIn.current !== language;
    saidIn.current = language;
    if (isOther && isTheirs) void startSession();
  }, [language, isTheirs]);
  if (now.status !== 'none' || !now.ended) return null;
  const { good, says } = now;
  const ended = says ? { ...now.ended, title: common(`session.${says}`) } : now.ended;
  if (good) return <Notice kind="good">{sentenceOf(ended)}</Notice>;
  const by = textOf(ended, 'by');
  if (ended.code === 'SESSION_ENDED' && calm.includes(ended.reason) && !by)
    return <Notice>{sentenceOf(ended)}</Notice>;
  const replaced = ended.reason === 'replaced';
  return (
    <ProblemAlert problem={ended} onRetry={() => void startSession()}>
      {replaced && by ? <p>{t('replacedBy', { by: browserName(by) })}</p> : null}
      {replaced ? <Link to="/forgot-password">{t('forgot')}</Link> : null}
    </ProblemAlert>
  );
}
