import { Button } from 'antd';
import { useState } from 'react';
import { relationLists } from '#domain/relations.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu.ts';
import { Only } from '../parts/Only.tsx';
import { useList } from '../parts/use-list.ts';
import { isManager, useApplications } from '../parts/waiting.ts';
import { Invite } from './Invite.tsx';
import { StaffList } from './StaffList.tsx';
import { useStaffTexts } from './texts.ts';

/** 人员权限管理 (REL-5 … REL-8): legal representative and finance head only. */
export function Page() {
  const menu = useMenuTexts();
  const t = useStaffTexts();
  const { identity } = useSession();
  const [list, setList] = useList(relationLists, 'active');
  const [adding, setAdding] = useState(false);
  const manages = isManager(identity);
  const { data: waiting } = useApplications(manages);
  return (
    <>
      <section className="card">
        <PageTitle
          extra={
            manages ? (
              <Button type="primary" aria-haspopup="dialog" onClick={() => setAdding(true)}>
                {t('add')}
              </Button>
            ) : undefined
          }
        >
          {menu('staff')}
        </PageTitle>
        <Only when={manages} otherwise={identity.kind === 'enterprise' ? 'managersOnly' : 'companyOnly'}>
          <p>{t('hint')}</p>
          <Tabs
            label={t('choose')}
            tabs={relationLists.map((key) => ({
              key,
              title: t(`list.${key}`),
              count: key === 'pending' ? waiting : undefined,
            }))}
            active={list}
            onChange={setList}
          >
            <StaffList key={list} list={list} />
          </Tabs>
        </Only>
      </section>
      {manages && adding ? (
        <Invite
          onClose={() => setAdding(false)}
          onInvited={() => {
            setAdding(false);
            setList('pending');
          }}
        />
      ) : null}
    </>
  );
}
