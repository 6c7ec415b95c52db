import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { sentenceOf, textMember } from '../../api/problem.ts';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useBrowserName } from '../../i18n/browsers.ts';
import { useCommon, useLanguage } from '../../i18n/index.ts';
import { restoreSession } from '../../session/session.ts';
import { useSessionState } from '../../session/store.ts';
import { useLoginTexts } from './texts.ts';

/** Reasons that need not alarm anybody: time passed, or the person did it in another tab. */
const harmlessReasons: readonly unknown[] = ['idle', 'expired', 'logged-out', undefined];

/**
 * Why a person who was signed in no longer is: replaced (when and where), idle, logged out in another tab … (SES-3).
 */
export function SessionEndedNotice() {
  const t = useLoginTexts();
  const common = useCommon();
  const browserName = useBrowserName();
  const now = useSessionState();
  // The API gives the sentence again in the language that is chosen now.
  const language = useLanguage();
  const problemLanguage = useRef(language);
  const isApiSentence =
    now.status === 'none' && now.endProblem !== undefined && !now.endedByPerson && !now.message;
  useEffect(() => {
    const hasLanguageChanged = problemLanguage.current !== language;
    problemLanguage.current = language;
    if (hasLanguageChanged && isApiSentence) void restoreSession();
  }, [language, isApiSentence]);
  if (now.status !== 'none' || !now.endProblem) return null;
  const { endedByPerson, message } = now;
  const ended = message ? { ...now.endProblem, title: common(`session.${message}`) } : now.endProblem;
  if (endedByPerson) return <Notice kind="good">{sentenceOf(ended)}</Notice>;
  const replacedBy = textMember(ended, 'by');
  if (ended.code === 'SESSION_ENDED' && harmlessReasons.includes(ended.reason) && !replacedBy)
    return <Notice>{sentenceOf(ended)}</Notice>;
  const replaced = ended.reason === 'replaced';
  return (
    <ProblemAlert problem={ended} onRetry={() => void restoreSession()}>
      {replaced && replacedBy ? <p>{t('replacedBy', { replacedBy: browserName(replacedBy) })}</p> : null}
      {replaced ? <Link to="/forgot-password">{t('forgot')}</Link> : null}
    </ProblemAlert>
  );
}
