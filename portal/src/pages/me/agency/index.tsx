import { PageTitle } from '../../../components/PageTitle.tsx';
import { Loaded } from '../../../components/states.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu.ts';
import { Only } from '../parts/Only.tsx';
import { useCompany } from '../parts/queries.ts';
import { useList } from '../parts/use-list.ts';
import { Agreements } from './Agreements.tsx';
import { Staff } from './Staff.tsx';
import { useAgencyTexts } from './texts.ts';

/** An agency's own affairs (AGY-2): its staff form and its agreements (AGY-1, AGY-4). */
export function Page() {
  const menu = useMenuTexts();
  const { identity } = useSession();
  const company = useCompany();
  return (
    <section className="card">
      <PageTitle>{menu('agency')}</PageTitle>
      {identity.kind === 'enterprise' ? (
        <Loaded query={company}>
          {({ subjects }) => (
            <Only when={subjects.includes('agency')} otherwise="agencyOnly">
              <Agency keeps={identity.role !== 'tax-agent'} />
            </Only>
          )}
        </Loaded>
      ) : (
        <Only when={false} otherwise="agencyOnly">
          {null}
        </Only>
      )}
    </section>
  );
}

const tabs = ['agreements', 'staff'] as const;

function Agency({ keeps }: { readonly keeps: boolean }) {
  const t = useAgencyTexts();
  const [tab, setTab] = useList(tabs, 'agreements');
  return (
    <Tabs
      label={t('choose')}
      tabs={tabs.map((key) => ({ key, title: t(`tab.${key}`) }))}
      active={tab}
      onChange={setTab}
    >
      {tab === 'agreements' ? <Agreements /> : <Staff keeps={keeps} />}
    </Tabs>
  );
}
