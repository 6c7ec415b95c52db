import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useCommon } from '../i18n/index.ts';
import { useIdentityName } from './identity-name.ts';
import { reloadForNewIdentity } from './session.ts';
import { useSessionState } from './store.ts';

/**
 * A tab whose identity changed in another tab stops and shows this dialog, which can only be left with the new
 * identity.
 */
export function IdentityChangedDialog() {
  const t = useCommon();
  const identityName = useIdentityName();
  const now = useSessionState();
  const dialog = useRef<HTMLDialogElement>(null);
  const isChanged = now.status === 'identity-changed';
  useEffect(() => {
    if (isChanged) dialog.current?.showModal();
  }, [isChanged]);
  if (!isChanged) return null;
  return (
    <dialog
      ref={dialog}
      className="card dialog"
      aria-labelledby="identity-changed-title"
      aria-describedby="identity-changed-text"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="identity-changed-title">
        {t(now.reason === undefined ? 'session.identityChangedTitle' : 'session.identityLostTitle')}
      </h2>
      <p id="identity-changed-text">{now.reason ?? t('session.identityChanged')}</p>
      {now.newSession ? (
        <p>
          <strong>
            {t('session.newIdentity', {
              name: now.newSession.person.name,
              identity: identityName(now.newSession.identity),
            })}
          </strong>
        </p>
      ) : null}
      <Button type="primary" onClick={reloadForNewIdentity}>
        {t('session.continue')}
      </Button>
    </dialog>
  );
}
