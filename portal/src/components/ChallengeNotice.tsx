import { useChallengeRunning } from '../api/challenge.ts';
import { useCommon } from '../i18n/index.ts';

/** Stands near the button of a form whose call may need a proof of work. */
export function ChallengeNotice() {
  const t = useCommon();
  const running = useChallengeRunning();
  return (
    <div role="status" className="small">
      {running ? t('challenge.working') : ''}
    </div>
  );
}
