import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { type RelationList, relationLists } from '#domain/companies/relations.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { RequireIdentity } from './RequireIdentity.tsx';
import { useListParam } from './use-list.ts';

interface Props {
  readonly title: string;
  /** Whether the present identity has these lists; if not, `otherwise` tells the person which identity has them. */
  readonly isAllowed: boolean;
  readonly otherwise: Parameters<typeof RequireIdentity>[0]['otherwise'];
  /** The button that opens the dialog for a new relation. */
  readonly newLabel: string;
  /** What stands above the lists. */
  readonly aboveLists: ReactNode;
  /** The name of the three lists together. */
  readonly label: string;
  readonly nameOf: (list: RelationList) => string;
  /** How many relations of the list `pending` wait for a decision here. */
  readonly pendingCount: number | undefined;
  readonly listOf: (list: RelationList) => ReactNode;
  /** The dialog for a new relation; after `onBegun` the list shows what waits for the other side. */
  readonly dialog: (on: { readonly onClose: () => void; readonly onCreated: () => void }) => ReactNode;
}

/** The three lists of relations (CTR-3), as the person sees them and as the company sees them (REL-5 … REL-8). */
export function RelationsPage(props: Props) {
  const { title, isAllowed, otherwise, newLabel, aboveLists, label, nameOf, pendingCount, listOf, dialog } =
    props;
  const [list, setList] = useListParam(relationLists, 'active');
  const [isDialogOpen, setIsDialogOpen] = useState(false);
  const onClose = () => setIsDialogOpen(false);
  const onCreated = () => {
    setIsDialogOpen(false);
    setList('pending');
  };
  return (
    <>
      <section className="card">
        <PageTitle
          extra={
            isAllowed ? (
              <Button type="primary" aria-haspopup="dialog" onClick={() => setIsDialogOpen(true)}>
                {newLabel}
              </Button>
            ) : undefined
          }
        >
          {title}
        </PageTitle>
        <RequireIdentity isAllowed={isAllowed} otherwise={otherwise}>
          {aboveLists}
          <Tabs
            label={label}
            tabs={relationLists.map((key) => ({
              key,
              title: nameOf(key),
              count: key === 'pending' ? pendingCount : undefined,
            }))}
            active={list}
            onChange={setList}
          >
            {listOf(list)}
          </Tabs>
        </RequireIdentity>
      </section>
      {isAllowed && isDialogOpen ? dialog({ onClose, onCreated }) : null}
    </>
  );
}
