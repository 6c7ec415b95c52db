import { useSearchParams } from 'react-router';

/**
 * Which of a page's lists is shown, in the address: 去办理, a link of an SMS and a reload find it, and the address says
 * nothing but its name.
 */
export function useList<L extends string>(lists: readonly L[], first: L): [L, (list: L) => void] {
  const [params, setParams] = useSearchParams();
  const asked = params.get('list');
  const list = lists.find((one) => one === asked) ?? first;
  return [list, (next) => setParams(next === first ? {} : { list: next }, { replace: true })];
}
