import { useQuery } from '@tanstack/react-query';
import { answer, api } from '../../../api/client.ts';
import { ReadProblem } from '../../../components/ReadProblem.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { mutateAndRefetch } from '../parts/queries.ts';
import { useParts } from '../parts/texts.ts';
import { useAuthorizationsTexts } from './texts.ts';

/** ENT-1, ENT-2: companies that wait for this person. Most people have none and do not see this part. */
export function WaitingCompanies() {
  const t = useAuthorizationsTexts();
  const parts = useParts();
  const waiting = useQuery({
    queryKey: ['confirmations'],
    queryFn: async () => (await answer(api.GET('/v1/confirmations'))).confirmations,
  });
  if (waiting.error && !waiting.isFetching)
    return <ReadProblem error={waiting.error} onRetry={() => void waiting.refetch()} />;
  if (!waiting.data?.length) return null;
  return (
    <>
      <h2>{t('waiting')}</h2>
      <p>{t('waitingHint')}</p>
      <ul className="items" aria-label={t('waiting')}>
        {waiting.data.map(({ confirmationId, taxpayerId, taxpayerName: company, kinds, revision }) => (
          <Item key={confirmationId} title={company} facts={[[parts('fact.taxpayerId'), taxpayerId]]}>
            <Actions>
              {kinds.map((kind) => (
                <ActionButton
                  key={kind}
                  label={t(`kind.${kind}`)}
                  kind="primary"
                  question={t('kindAsk', { company, kind: t(`kind.${kind}`) })}
                  done={t('companyConfirmed', { company })}
                  act={async () => {
                    await mutateAndRefetch(
                      answer(
                        api.POST('/v1/confirmations/{confirmationId}', {
                          params: { path: { confirmationId } },
                          body: { kind, revision },
                        }),
                      ),
                      'confirmations',
                      'authorizations',
                      'identities',
                    );
                  }}
                />
              ))}
            </Actions>
          </Item>
        ))}
      </ul>
    </>
  );
}
