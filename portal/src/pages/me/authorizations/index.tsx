import { Button } from 'antd';
import { useState } from 'react';
import { relationLists } from '#domain/relations.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu.ts';
import { Only } from '../parts/Only.tsx';
import { useList } from '../parts/use-list.ts';
import { useInvitations } from '../parts/waiting.ts';
import { Apply } from './Apply.tsx';
import { AuthorizationList } from './AuthorizationList.tsx';
import { useAuthorizationsTexts } from './texts.ts';
import { WaitingCompanies } from './WaitingCompanies.tsx';

/** 企业授权管理 (CTR-3, REL-5 … REL-7): only for the natural person, who decides in no company's name. */
export function Page() {
  const menu = useMenuTexts();
  const t = useAuthorizationsTexts();
  const { identity } = useSession();
  const [list, setList] = useList(relationLists, 'active');
  const [applying, setApplying] = useState(false);
  const isPerson = identity.kind === 'natural';
  const { data: waiting } = useInvitations(isPerson);
  return (
    <>
      <section className="card">
        <PageTitle
          extra={
            isPerson ? (
              <Button type="primary" aria-haspopup="dialog" onClick={() => setApplying(true)}>
                {t('apply')}
              </Button>
            ) : undefined
          }
        >
          {menu('authorizations')}
        </PageTitle>
        <Only when={isPerson} otherwise="naturalOnly">
          <WaitingCompanies />
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
            <AuthorizationList key={list} list={list} />
          </Tabs>
        </Only>
      </section>
      {isPerson && applying ? (
        <Apply
          onClose={() => setApplying(false)}
          onApplied={() => {
            setApplying(false);
            setList('pending');
          }}
        />
      ) : null}
    </>
  );
}
