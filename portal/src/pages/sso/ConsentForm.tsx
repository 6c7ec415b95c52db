import { Button } from 'antd';
import { useState } from 'react';
import type { Problem } from '../../api/problem.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useIdentityName } from '../../session/identity-name.ts';
import { Facts } from '../me/parts/items.tsx';
import { usePermissionNames } from '../me/parts/relations.ts';
import { useMatterName, useSystemName } from './hand-over.ts';
import { IdentityChoices } from './IdentityChoices.tsx';
import type { ConsentRequest } from './queries.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly consent: ConsentRequest;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly onApprove: (choiceId?: string) => void;
  readonly onRefuse: () => void;
}

/**
 * SSO-13: shows the system, the identity, and what the system gets. The person agrees, refuses, or chooses another
 * identity.
 */
export function ConsentForm({ consent, busy, problem, onApprove, onRefuse }: Props) {
  const t = useSsoTexts();
  const identityName = useIdentityName();
  const permissionNames = usePermissionNames();
  const systemName = useSystemName();
  const matterName = useMatterName();
  const [isChoosing, setIsChoosing] = useState(consent.choose);
  const system = systemName(consent.client.name);
  const permissions = permissionNames(consent.permissions);
  return (
    <section className="card narrow hand-over">
      <PageTitle step={String(isChoosing)}>{t('enter', { system })}</PageTitle>
      <ProblemAlert problem={problem} />
      {consent.accepted ? null : <Notice kind="warn">{t('notAccepted', { system })}</Notice>}
      {consent.accepted && consent.matter?.allowed === false ? (
        <Notice kind="warn">{t('notAllowed', { matter: matterName(consent.matter) })}</Notice>
      ) : null}
      {isChoosing ? (
        <>
          <p>{t('choose', { system })}</p>
          <IdentityChoices consent={consent} busy={busy} onChoose={onApprove} />
        </>
      ) : (
        <>
          <p>{t('ask', { system })}</p>
          <Facts facts={[[t('as'), identityName(consent.identity)]]} />
          <h2>{t('gets')}</h2>
          <ul>
            {consent.gets
              .filter((one) => one !== 'permissions' || permissions !== '')
              .map((one) => (
                <li key={one}>{t(`get.${one}`, { permissions })}</li>
              ))}
            {consent.matter ? <li>{t('get.matter', { matter: matterName(consent.matter) })}</li> : null}
          </ul>
          <Button type="primary" block loading={busy} onClick={() => onApprove()}>
            {t('approve')}
          </Button>
          <button type="button" className="link" onClick={() => setIsChoosing(true)}>
            {t('other')}
          </button>
        </>
      )}
      <Button block disabled={busy} onClick={onRefuse}>
        {t('refuse')}
      </Button>
    </section>
  );
}
