import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useCommon } from '../i18n/index.ts';
import { useIdentityName } from './identities.ts';
import { startOver } from './session.ts';
import { useSessionState } from './store.ts';

/** A tab whose identity changed in another tab stops and shows this dialog, which can only be left by going on. */
export function Moved() {
  const t = useCommon();
  const identityName = useIdentityName();
  const now = useSessionState();
  const dialog = useRef<HTMLDialogElement>(null);
  const moved = now.status === 'moved';
  useEffect(() => {
    if (moved) dialog.current?.showModal();
  }, [moved]);
  if (!moved) return null;
  return (
    <dialog
      ref={dialog}
      className="card dialog"
      aria-labelledby="moved-title"
      aria-describedby="moved-text"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="moved-title">{t(now.reason === undefined ? 'session.movedTitle' : 'session.lostTitle')}</h2>
      <p id="moved-text">{now.reason ?? t('session.moved')}</p>
      {now.next ? (
        <p>
          <strong>
            {t('session.movedTo', { name: now.next.person.name, identity: identityName(now.next.identity) })}
          </strong>
        </p>
      ) : null}
      <Button type="primary" onClick={startOver}>
        {t('session.goOn')}
      </Button>
    </dialog>
  );
}
