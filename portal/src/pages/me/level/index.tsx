import { Button } from 'antd';
import { useState } from 'react';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Loaded } from '../../../components/query-states.tsx';
import { refreshSession } from '../../../session/session.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { useAccountCentre } from '../parts/context.tsx';
import { FaceCheck } from '../parts/FaceCheck.tsx';
import { refetchLists, useAccount } from '../parts/queries.ts';
import { useLevelTexts } from './texts.ts';

/** 个人实名等级 (LVL-2) */
export function Page() {
  const menu = useMenuTexts();
  const t = useLevelTexts();
  const { showNotice } = useAccountCentre();
  const account = useAccount();
  const [hasStarted, setHasStarted] = useState(false);
  const onPassed = async () => {
    await refetchLists('account');
    setHasStarted(false);
    showNotice(t('done'));
    // Reads the session's data about the person again, because the API has already raised the level.
    await refreshSession().catch(() => undefined);
  };
  return (
    <section className="card">
      <PageTitle>{menu('level')}</PageTitle>
      <Loaded query={account}>
        {({ realNameLevel }) => (
          <>
            <p>
              <strong>{t('now', { level: realNameLevel })}</strong>
            </p>
            <p>{t(realNameLevel < 4 ? 'three' : realNameLevel === 4 ? 'four' : 'five')}</p>
            {realNameLevel < 4 ? (
              hasStarted ? (
                <FaceCheck for="level" onPassed={onPassed} />
              ) : (
                <Button type="primary" onClick={() => setHasStarted(true)}>
                  {t('begin')}
                </Button>
              )
            ) : null}
          </>
        )}
      </Loaded>
    </section>
  );
}
