import { Button } from 'antd';
import { useState } from 'react';
import type { Problem } from '../../api/problem.ts';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Notice, ProblemAlert } from '../../components/ProblemAlert.tsx';
import { useIdentityName } from '../../session/identities.ts';
import { Facts } from '../me/parts/items.tsx';
import { usePermissionNames } from '../me/parts/relations.ts';
import { Choices } from './Choices.tsx';
import { useMatterName, useSystemName } from './handing-over.ts';
import type { AskedFacts } from './queries.ts';
import { useSsoTexts } from './texts.ts';

interface Props {
  readonly asked: AskedFacts;
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly onApprove: (choiceId?: string) => void;
  readonly onRefuse: () => void;
}

/**
 * SSO-13: shows the system, the identity, and what the system gets. The person agrees, refuses, or chooses another
 * identity.
 */
export function Asked({ asked, busy, problem, onApprove, onRefuse }: Props) {
  const t = useSsoTexts();
  const identityName = useIdentityName();
  const permissionNames = usePermissionNames();
  const systemName = useSystemName();
  const matterName = useMatterName();
  const [choosing, setChoosing] = useState(asked.choose);
  const system = systemName(asked.client.name);
  const permissions = permissionNames(asked.permissions);
  return (
    <section className="card narrow hand-over">
      <PageTitle step={String(choosing)}>{t('enter', { system })}</PageTitle>
      <ProblemAlert problem={problem} />
      {asked.accepted ? null : <Notice kind="warn">{t('notAccepted', { system })}</Notice>}
      {asked.accepted && asked.matter?.allowed === false ? (
        <Notice kind="warn">{t('notAllowed', { matter: matterName(asked.matter) })}</Notice>
      ) : null}
      {choosing ? (
        <>
          <p>{t('choose', { system })}</p>
          <Choices asked={asked} busy={busy} onChoose={onApprove} />
        </>
      ) : (
        <>
          <p>{t('ask', { system })}</p>
          <Facts facts={[[t('as'), identityName(asked.identity)]]} />
          <h2>{t('gets')}</h2>
          <ul>
            {asked.gets
              .filter((one) => one !== 'permissions' || permissions !== '')
              .map((one) => (
                <li key={one}>{t(`get.${one}`, { permissions })}</li>
              ))}
            {asked.matter ? <li>{t('get.matter', { matter: matterName(asked.matter) })}</li> : null}
          </ul>
          <Button type="primary" block loading={busy} onClick={() => onApprove()}>
            {t('approve')}
          </Button>
          <button type="button" className="link" onClick={() => setChoosing(true)}>
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
