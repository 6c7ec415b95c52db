import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useCommon } from '../i18n/index.ts';
import { ReadProblem } from './ReadProblem.tsx';

/** Our own, because antd's adds a percentage and a full-screen mode. */
export const Spinner = () => <span className="spinner" aria-hidden="true" />;

export function Loading() {
  const t = useCommon();
  return (
    <div className="state" role="status">
      <Spinner /> <span>{t('loading')}</span>
    </div>
  );
}

export function Empty({ children }: { children?: ReactNode }) {
  const t = useCommon();
  return (
    <div className="state">
      <svg className="state-icon" viewBox="0 0 48 40" aria-hidden="true" focusable="false">
        <path d="M4 22 12 6h24l8 16v12H4zM4 22h12l3 5h10l3-5h12" />
      </svg>
      <p>{children ?? t('empty')}</p>
    </div>
  );
}

interface QueryLike<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  refetch(): unknown;
}

/** The three states of something read from the API: loading, a problem with a retry button, or the data. */
export function Loaded<T>({ query, children }: { query: QueryLike<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error && !query.isFetching)
    return <ReadProblem error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}

/** 查看更多 under a list that has more. */
export function LoadMore({ shown, busy, onMore }: { shown: boolean; busy: boolean; onMore: () => void }) {
  const t = useCommon();
  if (!shown) return null;
  return (
    <Button block loading={busy} onClick={onMore}>
      {t('more')}
    </Button>
  );
}
