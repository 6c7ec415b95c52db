import { isManagingRole } from '#domain/companies/relations.ts';
import { answer, api } from '../../../api/client.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { useSession } from '../../../session/store.ts';
import { useMenuTexts } from '../menu-texts.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { type Agreement, AgreementList, isPendingOrActive, useAgreementTexts } from '../parts/agreements.tsx';
import { Actions } from '../parts/items.tsx';
import { mutateAndRefetch } from '../parts/queries.ts';
import { RequireIdentity } from '../parts/RequireIdentity.tsx';
import { usePagedQuery } from '../parts/use-paged.ts';
import { useAgreementsTexts } from './texts.ts';

/** The client's side of its agreements with agencies (AGY-4). */
export function Page() {
  const menu = useMenuTexts();
  const { identity } = useSession();
  const manages = identity.kind === 'enterprise' && isManagingRole(identity.role);
  return (
    <section className="card">
      <PageTitle>{menu('agreements')}</PageTitle>
      <RequireIdentity
        isAllowed={manages}
        otherwise={identity.kind === 'enterprise' ? 'managersOnly' : 'companyOnly'}
      >
        <Agreements />
      </RequireIdentity>
    </section>
  );
}

function Agreements() {
  const t = useAgreementsTexts();
  const list = usePagedQuery<Agreement>(['agreements', 'client'], async (cursor) => {
    const page = await answer(api.GET('/v1/enterprise/agreements', { params: { query: { cursor } } }));
    return { items: page.agreements, cursor: page.cursor };
  });
  return (
    <>
      <p>{t('hint')}</p>
      <AgreementList
        list={list}
        side="client"
        actions={(agreement) => <AgreementActions agreement={agreement} />}
      />
    </>
  );
}

const changeAgreement = (call: Promise<unknown>) => mutateAndRefetch(call, 'agreements');

function AgreementActions({ agreement }: { readonly agreement: Agreement }) {
  const t = useAgreementsTexts();
  const words = useAgreementTexts();
  const { agreementId: id, state, proposed, revision } = agreement;
  const params = { path: { id } };
  if (!isPendingOrActive(agreement)) return null;
  const waits = state === 'pending' || proposed !== undefined;
  return (
    <Actions>
      {waits ? (
        <>
          <ActionButton
            label={t(state === 'pending' ? 'confirm' : 'confirmChange')}
            kind="primary"
            question={t('confirmAsk')}
            done={t('confirmed')}
            // Sends the revision that was shown, so that nobody confirms a later change without seeing it.
            act={() =>
              changeAgreement(
                answer(api.POST('/v1/enterprise/agreements/{id}/confirm', { params, body: { revision } })),
              )
            }
          />
          <ActionButton
            label={t('reject')}
            question={t('rejectAsk')}
            done={t('rejected')}
            act={() =>
              changeAgreement(
                answer(api.POST('/v1/enterprise/agreements/{id}/reject', { params, body: { revision } })),
              )
            }
          />
        </>
      ) : null}
      <ActionButton
        label={words('terminate')}
        kind="danger"
        question={words('ownTerminateAsk', { agency: agreement.agencyName })}
        done={words('terminated')}
        act={() =>
          changeAgreement(
            answer(api.POST('/v1/enterprise/agreements/{id}/terminate', { params, body: { revision } })),
          )
        }
      />
    </Actions>
  );
}
