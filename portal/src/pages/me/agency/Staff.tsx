import { Empty, Loaded } from '../../../components/states.tsx';
import { ActionButton } from '../parts/ActionButton.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { useParts } from '../parts/texts.ts';
import { AddAgent } from './AddAgent.tsx';
import { changeStaffForm, useAgents } from './queries.ts';
import { useAgencyTexts } from './texts.ts';

/** AGY-1: the staff form. It is sent whole, so each change keeps the others by their handles. */
export function Staff({ keeps }: { readonly keeps: boolean }) {
  const t = useAgencyTexts();
  const parts = useParts();
  const staff = useAgents();
  return (
    <>
      <p>{t('staffHint')}</p>
      {keeps ? null : <p className="small">{t('keepersOnly')}</p>}
      <Loaded query={staff}>
        {(agents) =>
          agents.length === 0 ? (
            <Empty>{t('noStaff')}</Empty>
          ) : (
            <ul className="items" aria-label={t('staffList')}>
              {agents.map(({ agentId, name, documentNumber, phone }) => (
                <Item
                  key={agentId}
                  title={name}
                  facts={[
                    [parts('fact.documentNumber'), documentNumber],
                    [parts('fact.phone'), phone],
                  ]}
                >
                  {keeps ? (
                    <Actions>
                      <ActionButton
                        label={t('remove')}
                        kind="danger"
                        ask={t('removeAsk', { name: `${name}（${documentNumber}）` })}
                        done={t('removed')}
                        act={() => changeStaffForm((all) => all.filter((one) => one.agentId !== agentId))}
                      />
                    </Actions>
                  ) : null}
                </Item>
              ))}
            </ul>
          )
        }
      </Loaded>
      {keeps ? <AddAgent /> : null}
    </>
  );
}
