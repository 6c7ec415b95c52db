import { PageTitle } from '../../../components/PageTitle.tsx';
import { Loaded } from '../../../components/query-states.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { useCompany } from '../parts/queries.ts';
import { RequireIdentity } from '../parts/RequireIdentity.tsx';
import { useListParam } from '../parts/use-list.ts';
import { Agreements } from './Agreements.tsx';
import { StaffForm } from './StaffForm.tsx';
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
            <RequireIdentity isAllowed={subjects.includes('agency')} otherwise="agencyOnly">
              <Agency canEdit={identity.role !== 'tax-agent'} />
            </RequireIdentity>
          )}
        </Loaded>
      ) : (
        <RequireIdentity isAllowed={false} otherwise="agencyOnly">
          {null}
        </RequireIdentity>
      )}
    </section>
  );
}

const tabs = ['agreements', 'staff'] as const;

function Agency({ canEdit }: { readonly canEdit: boolean }) {
  const t = useAgencyTexts();
  const [tab, setTab] = useListParam(tabs, 'agreements');
  return (
    <Tabs
      label={t('choose')}
      tabs={tabs.map((key) => ({ key, title: t(`tab.${key}`) }))}
      active={tab}
      onChange={setTab}
    >
      {tab === 'agreements' ? <Agreements /> : <StaffForm canEdit={canEdit} />}
    </Tabs>
  );
}
