import { useSearchParams } from 'react-router';

/**
 * Which of a page's lists is shown, kept in the address, so that 去办理, a link in an SMS and a reload find it. The
 * address contains nothing but the list's name.
 */
export function useListParam<L extends string>(lists: readonly L[], first: L): [L, (list: L) => void] {
  const [params, setParams] = useSearchParams();
  const requested = params.get('list');
  const list = lists.find((one) => one === requested) ?? first;
  return [list, (next) => setParams(next === first ? {} : { list: next }, { replace: true })];
}
