import { Loaded } from '../../../components/query-states.tsx';
import { IdentityItem } from '../parts/identity-switch.tsx';
import { useIdentities } from '../parts/queries.ts';
import { useCompanyTexts } from './texts.ts';

/** 企业内身份切换 (SWI-1) */
export function OwnRoles({ taxpayerId }: { readonly taxpayerId: string }) {
  const t = useCompanyTexts();
  const identities = useIdentities();
  return (
    <section className="card">
      <h2>{t('roles')}</h2>
      <Loaded query={identities}>
        {({ pages: [first] }) => {
          const here = (first?.items ?? []).filter(
            ({ identity }) => identity.kind === 'enterprise' && identity.taxpayerId === taxpayerId,
          );
          return here.length < 2 ? (
            <p>{t('onlyOne')}</p>
          ) : (
            <ul className="items" aria-label={t('roles')}>
              {here.map((choice) => (
                <IdentityItem key={choice.choiceId} choice={choice} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </section>
  );
}
