import { Button } from 'antd';
import { Link } from 'react-router';
import type { Problem } from '../api/problem.ts';
import { useCommon } from '../i18n/index.ts';

/** The journey's ticket has expired, was used up or is unknown: the journey must be begun again. */
export const isOver = (problem: Problem | undefined): boolean =>
  problem?.code === 'EXPIRED' || problem?.code === 'STATE_CONFLICT' || problem?.code === 'NOT_FOUND';

/**
 * For a field that gets a refusal of its journey: the page shows the end of the journey, the field shows everything
 * else.
 */
export const overTo =
  (show: (problem: Problem) => void) =>
  (found: Problem): boolean => {
    const over = isOver(found);
    if (over) show(found);
    return over;
  };

/**
 * There is no dead end: a journey that has ended begins again with what was typed, and a locked account is told how to
 * unlock it (LCK-3, LCK-5).
 */
export function WayOut({
  problem,
  onRestart,
}: {
  readonly problem: Problem | undefined;
  readonly onRestart?: (() => void) | undefined;
}) {
  const t = useCommon();
  if (onRestart && isOver(problem))
    return (
      <Button type="primary" onClick={onRestart}>
        {t('beginAgain')}
      </Button>
    );
  return problem?.code === 'ACCOUNT_LOCKED' ? <LockedWays onQr={onRestart} /> : null;
}

/** 忘记密码 unlocks at once; a QR login works while the account is locked. */
export function LockedWays({ onQr }: { readonly onQr?: (() => void) | undefined }) {
  const t = useCommon();
  return (
    <p className="row">
      <Link to="/forgot-password">{t('forgotPassword')}</Link>
      {onQr ? (
        <button type="button" className="link" onClick={onQr}>
          {t('qrInstead')}
        </button>
      ) : null}
    </p>
  );
}
