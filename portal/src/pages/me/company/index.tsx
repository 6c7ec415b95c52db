import { PageTitle } from '../../../components/PageTitle.tsx';
import { Loaded } from '../../../components/query-states.tsx';
import { useCommon } from '../../../i18n/index.ts';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { Facts } from '../parts/items.tsx';
import { useCompany } from '../parts/queries.ts';
import { RequireIdentity } from '../parts/RequireIdentity.tsx';
import { usePermissionNames } from '../parts/relations.ts';
import { useParts } from '../parts/texts.ts';
import { OwnRoles } from './OwnRoles.tsx';
import { useCompanyTexts } from './texts.ts';

/** 企业基本信息 (CTR-1) */
export function Page() {
  const menu = useMenuTexts();
  const { identity } = useSession();
  const isCompany = identity.kind === 'enterprise';
  return (
    <>
      <section className="card">
        <PageTitle>{menu('company')}</PageTitle>
        <RequireIdentity isAllowed={isCompany} otherwise="companyOnly">
          <Company />
        </RequireIdentity>
      </section>
      {isCompany ? <OwnRoles taxpayerId={identity.taxpayerId} /> : null}
    </>
  );
}

function Company() {
  const t = useCompanyTexts();
  const common = useCommon();
  const parts = useParts();
  const permissionNames = usePermissionNames();
  const company = useCompany({ staleTime: 0 });
  return (
    <Loaded query={company}>
      {({ taxpayerId, taxpayerName, subjects, state, role, permissions, legalRepresentative }) => (
        <Facts
          facts={[
            [parts('fact.taxpayerName'), taxpayerName],
            [parts('fact.taxpayerId'), taxpayerId],
            [t('subjects'), subjects.map((one) => t(`subject.${one}`)).join(common('scan.and'))],
            [t('state'), t(`states.${state}`)],
            [t('legalRepresentative'), legalRepresentative],
            [t('myRole'), common(`role.${role}`)],
            [parts('fact.permissions'), permissionNames(permissions)],
          ]}
        />
      )}
    </Loaded>
  );
}
