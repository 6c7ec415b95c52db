import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useSyncExternalStore } from 'react';
import { isWideScreen, onWideScreen } from '../../../app/optional.ts';
import { ReadProblem } from '../../../components/ReadProblem.tsx';
import { Empty, Loaded, More } from '../../../components/states.tsx';
import { type Column, ItemTable } from './ItemTable.tsx';

interface Page<T> {
  readonly items: readonly T[];
  readonly cursor?: string | undefined;
}

/** A list that goes on by cursor. Opening it reads it again: the other side may have acted meanwhile. */
export function usePaged<T>(queryKey: QueryKey, read: (cursor: string | undefined) => Promise<Page<T>>) {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ cursor }) => cursor,
    staleTime: 0,
  });
}

interface Props<T> {
  /** People compare: a table where there is room, searched and sorted on this page alone. */
  readonly columns?: readonly Column<T>[];
  readonly list: ReturnType<typeof usePaged<T>>;
  readonly label: string;
  readonly empty: string;
  /** A list item with its key. */
  readonly children: (item: T) => ReactNode;
}

/** The list with all its faces: loading, a problem, nothing, what is there, and 加载更多. */
export function PagedList<T>({ list, label, empty, columns, children }: Props<T>) {
  const isWide = useSyncExternalStore(onWideScreen, isWideScreen);
  const { data, error, isFetching, isFetchingNextPage, hasNextPage } = list;
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <Loaded query={{ data: items, error, isFetching, refetch: list.refetch }}>
      {(all) => (
        <>
          {all.length === 0 ? (
            // Nothing so far is not nothing: the list goes on.
            hasNextPage ? null : (
              <Empty>{empty}</Empty>
            )
          ) : columns && isWide ? (
            <ItemTable items={all} label={label} columns={columns} goesOn={hasNextPage} />
          ) : (
            <ul className="items" aria-label={label}>
              {all.map(children)}
            </ul>
          )}
          {error && !isFetching ? <ReadProblem error={error} onRetry={() => void list.refetch()} /> : null}
          <More shown={hasNextPage} busy={isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
        </>
      )}
    </Loaded>
  );
}
