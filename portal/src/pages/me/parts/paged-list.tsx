import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { isWideScreen, onWideScreenChange } from '../../../app/browser-features.ts';
import { Empty, Loaded, Loading, LoadMore } from '../../../components/query-states.tsx';
import { ReadProblem } from '../../../components/ReadProblem.tsx';
import { type Column, ItemTable } from './ItemTable.tsx';
import type { usePagedQuery } from './use-paged.ts';

interface Props<T> {
  /**
   * The columns of a table, for lists that people compare. On a wide screen the list is a table, which is searched and
   * sorted on this page only.
   */
  readonly columns?: readonly Column<T>[];
  /** With `columns`: the identity of an item, so that its row stays when the list is read again. */
  readonly keyOf?: (item: T, at: number) => string;
  /** True if the page has a search of its own, over the whole list. */
  readonly searched?: true;
  readonly label: string;
  readonly empty: string;
  /** A list item with its key. */
  readonly children: (item: T) => ReactNode;
}

/** A table on a wide screen, cards on a small one. */
function Items<T>({
  items,
  keyOf,
  label,
  columns,
  searched,
  hasMore,
  children,
}: Omit<Props<T>, 'empty'> & { readonly items: readonly T[]; readonly hasMore: boolean }) {
  const isWide = useSyncExternalStore(onWideScreenChange, isWideScreen);
  return columns && keyOf && isWide ? (
    <ItemTable
      items={items}
      keyOf={keyOf}
      label={label}
      columns={columns}
      isSearched={!searched}
      hasMore={hasMore}
    />
  ) : (
    <ul className="items" aria-label={label}>
      {items.map(children)}
    </ul>
  );
}

/** A list that is read at once: loading, a problem, an empty list, or the items. */
export function WholeList<T>({
  query,
  empty,
  ...props
}: Props<T> & { readonly query: UseQueryResult<readonly T[]> }) {
  return (
    <Loaded query={query}>
      {(all) =>
        all.length === 0 ? <Empty>{empty}</Empty> : <Items items={all} hasMore={false} {...props} />
      }
    </Loaded>
  );
}

/** A list that is read page by page with a cursor: loading, a problem, an empty list, the items, and 加载更多. */
export function PagedList<T>({
  list,
  empty,
  ...props
}: Props<T> & { readonly list: ReturnType<typeof usePagedQuery<T>> }) {
  const { data, error, isFetching, isFetchingNextPage, hasNextPage, fetchNextPage } = list;
  const items = data?.pages.flatMap((page) => page.items);
  // A page can be empty although more pages follow. Then the next page is read automatically.
  const isBlank = items?.length === 0 && hasNextPage && !isFetching && !error;
  useEffect(() => {
    if (isBlank) void fetchNextPage();
  }, [isBlank, fetchNextPage]);
  return (
    <Loaded query={{ data: items, error, isFetching, refetch: list.refetch }}>
      {(all) => (
        <>
          {all.length > 0 ? (
            <Items items={all} hasMore={hasNextPage} {...props} />
          ) : hasNextPage && !error ? (
            <Loading />
          ) : hasNextPage ? null : (
            <Empty>{empty}</Empty>
          )}
          {error && !isFetching ? <ReadProblem error={error} onRetry={() => void list.refetch()} /> : null}
          <LoadMore
            shown={hasNextPage && all.length > 0}
            busy={isFetchingNextPage}
            onMore={() => void fetchNextPage()}
          />
        </>
      )}
    </Loaded>
  );
}
