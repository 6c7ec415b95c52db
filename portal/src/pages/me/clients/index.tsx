import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, api } from '../../../api/client.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { useFollowSwitch } from '../parts/identity-switch.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { RequireIdentity } from '../parts/RequireIdentity.tsx';
import { useParts } from '../parts/texts.ts';
import { usePagedQuery } from '../parts/use-paged.ts';
import { useClientsTexts } from './texts.ts';

/** 企业切换 (SWI-3): from one client of the agency to the next. */
export function Page() {
  const menu = useMenuTexts();
  const t = useClientsTexts();
  const { identity } = useSession();
  // An agent comes here from the login, to choose the first client.
  const isFirst = identity.kind === 'agency' && !identity.client;
  return (
    <section className="card">
      <PageTitle>{isFirst ? t('choose') : menu('clients')}</PageTitle>
      <RequireIdentity isAllowed={identity.kind === 'agency'} otherwise="clientsOnly">
        <p>{t(isFirst ? 'chooseHint' : 'hint')}</p>
        <Clients />
      </RequireIdentity>
    </section>
  );
}

function Clients() {
  const t = useClientsTexts();
  const [query, setQuery] = useState('');
  return (
    <>
      <Form<{ query?: string }>
        className="find"
        layout="vertical"
        role="search"
        onFinish={({ query: typed = '' }) => setQuery(typed.trim())}
      >
        <Form.Item name="query" label={t('search')}>
          <Input type="search" maxLength={120} autoComplete="off" enterKeyHint="search" />
        </Form.Item>
        <Button htmlType="submit">{t('find')}</Button>
      </Form>
      <ClientList key={query} query={query} />
    </>
  );
}

function ClientList({ query }: { readonly query: string }) {
  const t = useClientsTexts();
  const parts = useParts();
  const followSwitch = useFollowSwitch();
  const list = usePagedQuery(['clients', query], async (cursor) => {
    const page = await answer(
      api.GET('/v1/session/clients', { params: { query: { ...(query ? { query } : {}), cursor } } }),
    );
    return { items: page.clients, cursor: page.cursor };
  });
  const switchClient = async (choiceId: string) => {
    const { session } = await answer(api.POST('/v1/session/client', { body: { choiceId } }));
    await followSwitch(session);
  };
  return (
    <PagedList
      keyOf={({ choiceId }) => choiceId}
      list={list}
      label={t('list')}
      empty={t(query ? 'noneFound' : 'none')}
      searched
      columns={[
        {
          title: parts('fact.taxpayerName'),
          render: ({ taxpayerName, current }) => (
            <>
              {taxpayerName} {current ? <span className="tag good">{parts('current')}</span> : null}
            </>
          ),
          text: ({ taxpayerName }) => taxpayerName,
        },
        {
          title: parts('fact.taxpayerId'),
          render: ({ taxpayerId }) => taxpayerId,
          text: ({ taxpayerId }) => taxpayerId,
          noWrap: true,
        },
        {
          title: parts('actions'),
          render: ({ choiceId, current }) =>
            current ? null : <ActionButton label={parts('switchTo')} act={() => switchClient(choiceId)} />,
        },
      ]}
    >
      {({ choiceId, taxpayerId, taxpayerName, current }) => (
        <Item
          key={choiceId}
          title={taxpayerName}
          tag={current ? parts('current') : undefined}
          tone="good"
          facts={[[parts('fact.taxpayerId'), taxpayerId]]}
        >
          {current ? null : (
            <Actions>
              <ActionButton label={parts('switchTo')} act={() => switchClient(choiceId)} />
            </Actions>
          )}
        </Item>
      )}
    </PagedList>
  );
}
