import { Button } from 'antd';
import { Link } from 'react-router';
import type { Problem } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';

/** The journey's ticket has expired, was used up or is unknown: the journey must be begun again. */
export const isJourneyEnded = (problem: Problem | undefined): boolean =>
  problem?.code === 'EXPIRED' || problem?.code === 'STATE_CONFLICT' || problem?.code === 'NOT_FOUND';

/**
 * For a field that gets a refusal of its journey: the page shows the end of the journey, the field shows everything
 * else.
 */
export const showIfJourneyEnded =
  (show: (problem: Problem) => void) =>
  (found: Problem): boolean => {
    const hasEnded = isJourneyEnded(found);
    if (hasEnded) show(found);
    return hasEnded;
  };

/**
 * There is no dead end: a journey that has ended begins again with what was typed, and a locked account is told how to
 * unlock it (LCK-3, LCK-5).
 */
export function ProblemActions({
  problem,
  onRestart,
}: {
  readonly problem: Problem | undefined;
  readonly onRestart?: (() => void) | undefined;
}) {
  const t = useCommon();
  if (onRestart && isJourneyEnded(problem))
    return (
      <Button type="primary" onClick={onRestart}>
        {t('beginAgain')}
      </Button>
    );
  return problem?.code === 'ACCOUNT_LOCKED' ? <LockedAccountLinks onUseQr={onRestart} /> : null;
}

/** 忘记密码 unlocks at once; a QR login works while the account is locked. */
export function LockedAccountLinks({ onUseQr }: { readonly onUseQr?: (() => void) | undefined }) {
  const t = useCommon();
  return (
    <p className="row">
      <Link to="/forgot-password">{t('forgotPassword')}</Link>
      {onUseQr ? (
        <button type="button" className="link" onClick={onUseQr}>
          {t('qrInstead')}
        </button>
      ) : null}
    </p>
  );
}
