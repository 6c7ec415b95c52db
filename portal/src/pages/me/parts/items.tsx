import { createContext, type ReactNode, useContext, useId } from 'react';

/** Term and description; undefined ones are left out. */
export type Fact = readonly [term: string, value: ReactNode];

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  const shown = facts.filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (shown.length === 0) return null;
  return (
    <dl className="facts">
      {shown.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Names the subject of an item for its buttons; used by cards and by rows of tables. */
export const ItemTitleId = createContext<string | undefined>(undefined);
/** The id of the enclosing item's title, so that 删除 tells what it deletes. */
export const useItemTitleId = (): string | undefined => useContext(ItemTitleId);

interface ItemProps {
  readonly title: ReactNode;
  readonly tag?: string | undefined;
  /** `warn` for something that failed or waits. */
  readonly tone?: 'good' | 'warn' | 'plain';
  readonly facts?: readonly Fact[];
  /** Buttons, and what they open. */
  readonly children?: ReactNode;
}

/** One item of a list: a card on every screen, so that nothing is wider than a phone. */
export function Item({ title, tag, tone = 'plain', facts = [], children }: ItemProps) {
  const id = useId();
  return (
    <li className="item">
      <div className="item-head">
        <strong id={id}>{title}</strong>
        {tag ? <span className={`tag ${tone}`}>{tag}</span> : null}
      </div>
      <Facts facts={facts} />
      <ItemTitleId value={id}>{children}</ItemTitleId>
    </li>
  );
}
export const Actions = ({ children }: { readonly children: ReactNode }) => (
  <div className="row item-actions">{children}</div>
);
