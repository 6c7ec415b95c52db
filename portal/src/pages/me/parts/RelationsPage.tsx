import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { type RelationList, relationLists } from '#domain/relations.ts';
import { PageTitle } from '../../../components/PageTitle.tsx';
import { Tabs } from '../../../components/Tabs.tsx';
import { Only } from './Only.tsx';
import { useList } from './use-list.ts';

interface Props {
  readonly title: string;
  /** Whether the present identity has these lists; if not, `otherwise` tells the person which identity has them. */
  readonly may: boolean;
  readonly otherwise: Parameters<typeof Only>[0]['otherwise'];
  /** The button that opens the dialog for a new relation. */
  readonly begin: string;
  /** What stands above the lists. */
  readonly above: ReactNode;
  /** The name of the three lists together. */
  readonly label: string;
  readonly nameOf: (list: RelationList) => string;
  /** How many relations of the list `pending` wait for a decision here. */
  readonly waiting: number | undefined;
  readonly listOf: (list: RelationList) => ReactNode;
  /** The dialog for a new relation; after `onBegun` the list shows what waits for the other side. */
  readonly dialog: (on: { readonly onClose: () => void; readonly onBegun: () => void }) => ReactNode;
}

/** The three lists of relations (CTR-3), as the person sees them and as the company sees them (REL-5 … REL-8). */
export function RelationsPage(props: Props) {
  const { title, may, otherwise, begin, above, label, nameOf, waiting, listOf, dialog } = props;
  const [list, setList] = useList(relationLists, 'active');
  const [beginning, setBeginning] = useState(false);
  const onClose = () => setBeginning(false);
  const onBegun = () => {
    setBeginning(false);
    setList('pending');
  };
  return (
    <>
      <section className="card">
        <PageTitle
          extra={
            may ? (
              <Button type="primary" aria-haspopup="dialog" onClick={() => setBeginning(true)}>
                {begin}
              </Button>
            ) : undefined
          }
        >
          {title}
        </PageTitle>
        <Only when={may} otherwise={otherwise}>
          {above}
          <Tabs
            label={label}
            tabs={relationLists.map((key) => ({
              key,
              title: nameOf(key),
              count: key === 'pending' ? waiting : undefined,
            }))}
            active={list}
            onChange={setList}
          >
            {listOf(list)}
          </Tabs>
        </Only>
      </section>
      {may && beginning ? dialog({ onClose, onBegun }) : null}
    </>
  );
}
