import { Button } from 'antd';
import { useState } from 'react';
import { answer, api } from '../../../api/client.ts';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import { type Agreement, AgreementList, isPendingOrActive, useAgreementTexts } from '../parts/agreements.tsx';
import { useAccountCentre } from '../parts/context.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Actions, useItemTitleId } from '../parts/items.tsx';
import { mutateAndRefetch as changingList, refetchLists } from '../parts/queries.ts';
import { usePagedQuery } from '../parts/use-paged.ts';
import { AgreementForm, type AgreementValues } from './AgreementForm.tsx';
import { useAgencyTexts } from './texts.ts';

const asAgents = (ids: readonly string[]) => ids.map((agentId) => ({ agentId }));

/** 涉税专业服务协议: enter, change, end (AGY-4). */
export function Agreements() {
  const t = useAgencyTexts();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [isDialogOpen, setIsDialogOpen] = useState(false);
  const list = usePagedQuery<Agreement>(['agreements', 'agency'], async (cursor) => {
    const page = await answer(api.GET('/v1/agency/agreements', { params: { query: { cursor } } }));
    return { items: page.agreements, cursor: page.cursor };
  });
  const addAgreement = async ({ clientId = '', agents, items, from, until }: AgreementValues) => {
    await withFreshFactor(() =>
      answer(
        api.POST('/v1/agency/agreements', {
          body: { clientId, agents: asAgents(agents), items, from, until },
        }),
      ),
    );
    await refetchLists('agreements');
    setIsDialogOpen(false);
    showNotice(t('entered'));
  };
  return (
    <>
      <div className="list-head">
        <p className="list-hint">{t('agreementHint')}</p>
        <Button type="primary" aria-haspopup="dialog" onClick={() => setIsDialogOpen(true)}>
          {t('enter')}
        </Button>
      </div>
      {isDialogOpen ? (
        <Dialog title={t('enter')} onClose={() => setIsDialogOpen(false)}>
          <AgreementForm send={addAgreement} onCancel={() => setIsDialogOpen(false)} />
        </Dialog>
      ) : null}
      <AgreementList
        list={list}
        side="agency"
        actions={(agreement) =>
          isPendingOrActive(agreement) ? <AgencyActions agreement={agreement} /> : null
        }
      />
    </>
  );
}

function AgencyActions({ agreement }: { readonly agreement: Agreement }) {
  const t = useAgencyTexts();
  const words = useAgreementTexts();
  const about = useItemTitleId();
  const { termed } = usePunctuation();
  const { showNotice, withFreshFactor } = useAccountCentre();
  const [isChanging, setIsChanging] = useState(false);
  const params = { path: { id: agreement.agreementId } };
  const changeTerms = async ({ agents, items, from, until }: AgreementValues) => {
    const { waits } = await withFreshFactor(() =>
      changingList(
        answer(
          api.PATCH('/v1/agency/agreements/{id}', {
            params,
            body: { agents: asAgents(agents), items, from, until, revision: agreement.revision },
          }),
        ),
        'agreements',
      ),
    );
    setIsChanging(false);
    showNotice(t(waits ? 'changeWaits' : 'changed'));
  };
  return (
    <>
      <Actions>
        <Button aria-haspopup="dialog" aria-describedby={about} onClick={() => setIsChanging(true)}>
          {t('change')}
        </Button>
        <ActionButton
          label={words('terminate')}
          kind="danger"
          question={words('terminateAsk')}
          done={words('terminated')}
          act={async () => {
            await changingList(
              answer(
                api.POST('/v1/agency/agreements/{id}/terminate', {
                  params,
                  body: { revision: agreement.revision },
                }),
              ),
              'agreements',
            );
          }}
        />
      </Actions>
      {isChanging ? (
        <Dialog title={termed(t('change'), agreement.clientName)} onClose={() => setIsChanging(false)}>
          <AgreementForm agreement={agreement} send={changeTerms} onCancel={() => setIsChanging(false)} />
        </Dialog>
      ) : null}
    </>
  );
}
