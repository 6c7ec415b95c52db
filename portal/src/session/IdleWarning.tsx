import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useConfig } from '../api/config.ts';
import { formatMinutes } from '../components/use-countdown.ts';
import { useModal } from '../components/use-modal.ts';
import { useCommon } from '../i18n/index.ts';
import { refreshSession } from './session.ts';
import { tokenAgeMs } from './token.ts';

/** Long enough to be heard and answered (WCAG 2.2.1 requires at least 20 seconds). */
const warningSeconds = 120;

/** Before an idle session ends by itself (SES-2), the person is asked, and one click keeps it. */
export function IdleWarning() {
  const t = useCommon();
  const { data } = useConfig();
  const idle = Number(data?.policies.sessionIdleSeconds ?? 0);
  const [left, setLeft] = useState<number>();
  useEffect(() => {
    if (idle <= warningSeconds) return;
    let hasRefreshed = false;
    const timer = setInterval(() => {
      const ageMs = tokenAgeMs();
      const remaining = ageMs === undefined ? undefined : Math.floor(idle - ageMs / 1000);
      setLeft(
        remaining !== undefined && remaining <= warningSeconds && remaining > 0 ? remaining : undefined,
      );
      // At the end the API itself reports it, and the login page remembers the page to return to.
      if (remaining !== undefined && remaining <= 0 && !hasRefreshed) {
        hasRefreshed = true;
        void refreshSession().catch(() => undefined);
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [idle]);
  if (left === undefined) return null;
  return (
    <Warning
      text={t('session.idle', { time: formatMinutes(left) })}
      onStay={() => void refreshSession().catch(() => undefined)}
    />
  );
}

function Warning({ text, onStay }: { readonly text: string; readonly onStay: () => void }) {
  const t = useCommon();
  const dialog = useModal();
  return (
    <dialog
      ref={dialog}
      role="alertdialog"
      className="card dialog"
      aria-labelledby="idle-title"
      aria-describedby="idle-text"
      onCancel={(event) => {
        event.preventDefault();
        onStay();
      }}
    >
      <h2 id="idle-title">{t('session.idleTitle')}</h2>
      <p id="idle-text">{text}</p>
      <Button type="primary" onClick={onStay}>
        {t('session.idleStay')}
      </Button>
    </dialog>
  );
}
