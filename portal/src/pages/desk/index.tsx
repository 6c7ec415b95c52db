import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { PageTitle } from '../../components/PageTitle.tsx';
import { Tabs } from '../../components/Tabs.tsx';
import { Clock } from './Clock.tsx';
import { DemoPeople } from './DemoPeople.tsx';
import './desk.css';
import { FaceOutcome } from './FaceOutcome.tsx';
import { Hall } from './Hall.tsx';
import { Inbox } from './Inbox.tsx';
import { Phone } from './Phone.tsx';
import { DeskPeopleProvider } from './people.tsx';
import { phoneApps } from './phone-apps.ts';
import { Registry } from './Registry.tsx';
import { Terminal } from './Terminal.tsx';
import { useDeskTexts } from './texts.ts';

/** Only for the desk: a login or switch in another window clears what the portal has read, but not the desk's data. */
const queries = new QueryClient({
  defaultOptions: { queries: { retry: 1, networkMode: 'always' }, mutations: { retry: false } },
});

/** This machine only: everything around the portal, so that one person can play every journey. */
export function Page() {
  const t = useDeskTexts();
  return (
    <QueryClientProvider client={queries}>
      <DeskPeopleProvider>
        <div className="desk">
          <PageTitle
            extra={
              <a href="/login" target="_blank" rel="noreferrer">
                {t('openPortal')}
              </a>
            }
          >
            {t('title')}
          </PageTitle>
          <p>{t('intro')}</p>
          <div className="desk-tools">
            <Inbox />
            <Clock />
            <FaceOutcome />
          </div>
          <h2>{t('phones')}</h2>
          <div className="desk-phones">
            {phoneApps.map((app) => (
              <Phone key={app} app={app} />
            ))}
          </div>
          <DeskTabs />
        </div>
      </DeskPeopleProvider>
    </QueryClientProvider>
  );
}

const deskTabs = { people: DemoPeople, hall: Hall, terminal: Terminal, registry: Registry } as const;
type DeskTab = keyof typeof deskTabs;

function DeskTabs() {
  const t = useDeskTexts();
  const [tab, setTab] = useState<DeskTab>('people');
  const ActiveTab = deskTabs[tab];
  return (
    <section className="card" aria-label={t('more')}>
      <Tabs
        label={t('more')}
        active={tab}
        onChange={setTab}
        tabs={(Object.keys(deskTabs) as DeskTab[]).map((key) => ({ key, title: t(`${key}.title`) }))}
      >
        <ActiveTab />
      </Tabs>
    </section>
  );
}
