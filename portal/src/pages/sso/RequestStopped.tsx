import { Button } from 'antd';
import { Link, useNavigate } from 'react-router';
import type { Problem } from '../../api/problem.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useAction } from '../../components/use-action.ts';
import { logOut } from '../../session/session.ts';
import { FaceCheck } from '../me/parts/FaceCheck.tsx';
import { loginStateFor } from './hand-over.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly id: string;
  readonly problem: Problem;
  readonly onRetry: () => void;
  /** Given if a person is logged in. */
  readonly onRefuse?: () => void;
}

const endedCodes: readonly string[] = ['EXPIRED', 'STATE_CONFLICT', 'NOT_FOUND'];
const resolvableCodes: readonly string[] = ['REAUTHENTICATION_REQUIRED', 'LEVEL_TOO_LOW', 'FACE_REQUIRED'];

/** The hand-over cannot continue: shows the reason, and what helps. */
export function RequestStopped({ id, problem, onRetry, onRefuse }: Props) {
  const t = useSsoTexts();
  const navigate = useNavigate();
  const { run, busy, problem: failed } = useAction();
  const { code } = problem;
  // A face check here raises the level to 4 (LVL-2); a higher level needs a tax service hall.
  const raisesLevel = code === 'LEVEL_TOO_LOW' && Number(problem.required) <= 4;
  const loginAgain = () =>
    run(async () => {
      await logOut();
      await navigate('/login', { replace: true, state: loginStateFor(id, problem.system) });
    });
  return (
    <section className="card narrow">
      <PageTitle>{t('title')}</PageTitle>
      <ProblemAlert problem={failed ?? problem} onRetry={onRetry}>
        {endedCodes.includes(code) ? <p>{t('over')}</p> : null}
      </ProblemAlert>
      {raisesLevel ? <FaceCheck for="level" onPassed={async () => onRetry()} /> : null}
      <div className="row">
        {code === 'REAUTHENTICATION_REQUIRED' ? (
          <Button type="primary" loading={busy} onClick={() => void loginAgain()}>
            {t('loginAgain')}
          </Button>
        ) : null}
        {code === 'FACE_REQUIRED' ? (
          <Button type="primary" onClick={onRetry}>
            {t('retry')}
          </Button>
        ) : null}
        {code === 'LEVEL_TOO_LOW' && !raisesLevel ? <Link to="/me/level">{t('level')}</Link> : null}
        {resolvableCodes.includes(code) && onRefuse ? (
          <Button type="text" onClick={onRefuse}>
            {t('refuse')}
          </Button>
        ) : null}
        {endedCodes.includes(code) ? <Link to="/me">{t('home')}</Link> : null}
      </div>
    </section>
  );
}
