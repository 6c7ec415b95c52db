import { Input, Table } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { searchForm } from '#domain/text.ts';
import { ItemTitleId } from './items.tsx';
import { useParts } from './texts.ts';

/** A column of the table that a wide screen shows instead of cards. */
export interface Column<T> {
  readonly title: string;
  readonly render: (item: T) => ReactNode;
  /** The text by which the column is sorted and searched; without it the column is neither. */
  readonly text?: (item: T) => string;
  /** Never broken into two lines: a time, an address. */
  readonly noWrap?: true;
  /** Broken between words only: a role, a number. */
  readonly wrapsAtWords?: true;
}
interface Props<T> {
  readonly items: readonly T[];
  /** The identity of an item, so that its row, and a dialog open in it, stay when the list is read again. */
  readonly keyOf: (item: T, at: number) => string;
  readonly label: string;
  readonly columns: readonly Column<T>[];
  /** Whether a long list gets a search field of its own. */
  readonly isSearched: boolean;
  /** More of the list can be loaded, and may contain what is not found here. */
  readonly hasMore: boolean;
}
/** From this many items on, a search field is shown. */
const searchedFrom = 6;

/** A list as a table: sorted by a click on a heading, searched by what its columns show, page by page. */
export function ItemTable<T>({ items, keyOf, label, columns, isSearched, hasMore }: Props<T>) {
  const t = useParts();
  const id = useId();
  const [query, setQuery] = useState('');
  const searchText = searchForm(query);
  const rows = items
    .map((item, at) => ({ key: `${id}${keyOf(item, at)}`, item }))
    .filter(({ item }) =>
      columns.some(
        ({ text }) =>
          searchText === '' || (text !== undefined && searchForm(text(item)).includes(searchText)),
      ),
    );
  return (
    <>
      {!isSearched || items.length < searchedFrom ? null : (
        <p>
          <Input
            type="search"
            className="table-search"
            aria-label={t('searchList')}
            placeholder={t('searchList')}
            autoComplete="off"
            value={query}
            onChange={({ target }) => setQuery(target.value)}
          />
        </p>
      )}
      <Table
        className="item-table"
        aria-label={label}
        size="middle"
        dataSource={rows}
        showSorterTooltip={false}
        pagination={rows.length > 20 ? { pageSize: 20, showSizeChanger: false } : false}
        locale={{ emptyText: t(hasMore ? 'noneFoundYet' : 'noneFound') }}
        columns={columns.map(({ title, render, text, noWrap, wrapsAtWords }, at) => ({
          title,
          className: noWrap ? 'steady' : wrapsAtWords ? 'words' : '',
          key: title,
          render: (_: unknown, { key, item }) =>
            at === 0 ? (
              <strong id={key}>{render(item)}</strong>
            ) : (
              <ItemTitleId value={key}>{render(item)}</ItemTitleId>
            ),
          ...(text
            ? {
                sorter: (one: { item: T }, other: { item: T }) =>
                  text(one.item).localeCompare(text(other.item), 'zh-CN'),
              }
            : {}),
        }))}
      />
    </>
  );
}
