import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { type Entry, entries } from '#domain/names.ts';
import type { Problem } from '../../api/problem.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useCommon } from '../../i18n/index.ts';
import { useLoginTexts } from './texts.ts';

interface Props {
  readonly problem: Problem | undefined;
  readonly entry: Entry;
  readonly onEntry: (entry: Entry) => void;
  readonly onRetry: () => void;
  readonly children?: ReactNode;
}

/** The API's sentence, with the links that help in this case. */
export function LoginProblem({ problem, entry, onEntry, onRetry, children }: Props) {
  return (
    <ProblemAlert problem={problem} onRetry={onRetry}>
      {problem ? <LoginProblemActions problem={problem} entry={entry} onEntry={onEntry} /> : null}
      {children}
    </ProblemAlert>
  );
}

function LoginProblemActions({
  problem,
  entry,
  onEntry,
}: Pick<Props, 'entry' | 'onEntry'> & { problem: Problem }) {
  const t = useLoginTexts();
  const common = useCommon();
  switch (problem.code) {
    case 'ACCOUNT_LOCKED':
      return (
        <p>
          <Link to="/forgot-password">{t('forgot')}</Link> · <a href="#qr-title">{common('qrInstead')}</a>
        </p>
      );
    case 'BAD_CREDENTIALS':
      return <Link to="/forgot-password">{t('forgot')}</Link>;
    case 'USER_NOT_REGISTERED':
      return <Link to="/register">{t('register')}</Link>;
    case 'PHONE_NOT_FOUND':
      return <Link to="/recover-phone">{t('recover')}</Link>;
    case 'USE_SPECIAL_ENTRY': {
      const proper = entries.find((one) => one === problem.entry);
      return proper ? (
        <button type="button" className="link" onClick={() => onEntry(proper)}>
          {t('goTo', { entry: common(`entry.${proper}`) })}
        </button>
      ) : null;
    }
    case 'RELATION_NOT_FOUND':
    case 'COMPANY_NOT_CONFIRMED':
      return entry === 'natural' ? null : (
        <button type="button" className="link" onClick={() => onEntry('natural')}>
          {t('naturalInstead')}
        </button>
      );
    default:
      return null;
  }
}
