import { Button } from 'antd';
import { useState } from 'react';
import { usePunctuation } from '../../../i18n/punctuation.ts';
import { ActionButton } from '../parts/ActionButton.tsx';
import type { Column } from '../parts/ItemTable.tsx';
import { Actions, Item } from '../parts/items.tsx';
import { WholeList } from '../parts/paged-list.tsx';
import { useParts } from '../parts/texts.ts';
import { AddAgent } from './AddAgent.tsx';
import { type Agent, changeStaffForm, useAgents } from './queries.ts';
import { useAgencyTexts } from './texts.ts';

/** AGY-1: the staff form. The form is sent as a whole, so each change names the other people by their handles. */
export function StaffForm({ canEdit }: { readonly canEdit: boolean }) {
  const t = useAgencyTexts();
  const parts = useParts();
  const staff = useAgents();
  const [isAdding, setIsAdding] = useState(false);
  const columns: Column<Agent>[] = [
    { title: parts('name'), render: ({ name }) => name, text: ({ name }) => name },
    {
      title: parts('fact.documentNumber'),
      render: ({ documentNumber }) => documentNumber,
      text: ({ documentNumber }) => documentNumber,
    },
    { title: parts('fact.phone'), render: ({ phone }) => phone, text: ({ phone }) => phone ?? '' },
  ];
  return (
    <>
      <div className="list-head">
        <p className="list-hint">{t('staffHint')}</p>
        {canEdit ? (
          <Button type="primary" aria-haspopup="dialog" onClick={() => setIsAdding(true)}>
            {t('add')}
          </Button>
        ) : (
          <p className="small">{t('keepersOnly')}</p>
        )}
      </div>
      <WholeList
        keyOf={({ agentId }) => agentId}
        query={staff}
        label={t('staffList')}
        empty={t('noStaff')}
        columns={
          canEdit
            ? [...columns, { title: parts('actions'), render: (agent) => <RemoveAgent agent={agent} /> }]
            : columns
        }
      >
        {(agent) => (
          <Item
            key={agent.agentId}
            title={agent.name}
            facts={[
              [parts('fact.documentNumber'), agent.documentNumber],
              [parts('fact.phone'), agent.phone],
            ]}
          >
            {canEdit ? <RemoveAgent agent={agent} /> : null}
          </Item>
        )}
      </WholeList>
      {isAdding ? <AddAgent onClose={() => setIsAdding(false)} /> : null}
    </>
  );
}

function RemoveAgent({ agent: { agentId, name, documentNumber } }: { readonly agent: Agent }) {
  const t = useAgencyTexts();
  const { bracketed } = usePunctuation();
  return (
    <Actions>
      <ActionButton
        label={t('remove')}
        kind="danger"
        question={t('removeAsk', { name: bracketed(name, documentNumber) })}
        done={t('removed')}
        act={() => changeStaffForm((all) => all.filter((one) => one.agentId !== agentId))}
      />
    </Actions>
  );
}
