import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { isWideScreen, onWideScreen } from '../../../app/optional.ts';
import { ReadProblem } from '../../../components/ReadProblem.tsx';
import { Empty, Loaded, Loading, More } from '../../../components/states.tsx';
import { type Column, ItemTable } from './ItemTable.tsx';
import type { usePaged } from './use-paged.ts';

interface Props<T> {
  /** People compare: a table where there is room, searched and sorted on this page alone. */
  readonly columns?: readonly Column<T>[];
  /** With `columns`: what an item is, so that its row outlives a list that is read anew. */
  readonly keyOf?: (item: T, at: number) => string;
  /** Whether the page has a search of its own, over the whole list. */
  readonly searched?: true;
  readonly label: string;
  readonly empty: string;
  /** A list item with its key. */
  readonly children: (item: T) => ReactNode;
}

/** A table where there is room, cards elsewhere. */
function Items<T>({
  items,
  keyOf,
  label,
  columns,
  searched,
  goesOn,
  children,
}: Omit<Props<T>, 'empty'> & { readonly items: readonly T[]; readonly goesOn: boolean }) {
  const isWide = useSyncExternalStore(onWideScreen, isWideScreen);
  return columns && keyOf && isWide ? (
    <ItemTable
      items={items}
      keyOf={keyOf}
      label={label}
      columns={columns}
      isSearched={!searched}
      goesOn={goesOn}
    />
  ) : (
    <ul className="items" aria-label={label}>
      {items.map(children)}
    </ul>
  );
}

/** A list that is read at once, with all its faces. */
export function WholeList<T>({
  query,
  empty,
  ...props
}: Props<T> & { readonly query: UseQueryResult<readonly T[]> }) {
  return (
    <Loaded query={query}>
      {(all) => (all.length === 0 ? <Empty>{empty}</Empty> : <Items items={all} goesOn={false} {...props} />)}
    </Loaded>
  );
}

/** One that goes on by cursor: loading, a problem, nothing, what is there, and 加载更多. */
export function PagedList<T>({
  list,
  empty,
  ...props
}: Props<T> & { readonly list: ReturnType<typeof usePaged<T>> }) {
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage } = list;
  const items = data?.pages.flatMap((page) => page.items);
  // A page may be empty and not the last one: nothing so far is not nothing, and nobody has to ask for the rest.
  const isBlank = items?.length === 0 && hasNextPage && !isFetching && !error;
  useEffect(() => {
    if (isBlank) void fetchNextPage();
  }, [isBlank, fetchNextPage]);
  return (
    <Loaded query={{ data: items, error, isFetching, refetch: list.refetch }}>
      {(all) => (
        <>
          {all.length > 0 ? (
            <Items items={all} goesOn={hasNextPage} {...props} />
          ) : hasNextPage && !error ? (
            <Loading />
          ) : hasNextPage ? null : (
            <Empty>{empty}</Empty>
          )}
          {error && !isFetching ? <ReadProblem error={error} onRetry={() => void list.refetch()} /> : null}
          <More
            shown={hasNextPage && all.length > 0}
            busy={isFetchingNextPage}
            onMore={() => void fetchNextPage()}
          />
        </>
      )}
    </Loaded>
  );
}
