import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { useFreshFactor, type WithFreshFactor } from '../../../session/fresh-factor.tsx';

interface AccountCentre {
  /**
   * Shows at the top of the page that something worked, and moves the focus there, because what was clicked may be
   * gone.
   */
  readonly showNotice: (sentence: string) => void;
  /** Removes the message: something new has begun. */
  readonly clearNotice: () => void;
  /** SES-5, PHN-4: asks for a factor if the API needs one, and then continues. */
  readonly withFreshFactor: WithFreshFactor;
}
const Context = createContext<AccountCentre | undefined>(undefined);

export function useAccountCentre(): AccountCentre {
  const centre = useContext(Context);
  if (!centre) throw new Error('outside of the account centre');
  return centre;
}

/** What all pages of 账户中心 share: the message at the top, and the dialog for a fresh factor. */
export function AccountCentreParts({ children }: { readonly children: ReactNode }) {
  const { pathname } = useLocation();
  const fresh = useFreshFactor();
  const [notice, setNotice] = useState<{ readonly sentence: string; readonly at: string }>();
  return (
    <Context
      value={{
        showNotice: (sentence) => setNotice({ sentence, at: pathname }),
        clearNotice: () => setNotice(undefined),
        withFreshFactor: fresh.withFreshFactor,
      }}
    >
      {notice?.at === pathname ? <SuccessNotice notice={notice} /> : null}
      {children}
      {fresh.dialog}
    </Context>
  );
}

function SuccessNotice({ notice }: { readonly notice: { readonly sentence: string } }) {
  const box = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each news is focused, the same sentence again too
  useEffect(() => {
    box.current?.focus();
  }, [notice]);
  return (
    <div ref={box} className="notice good" role="status" tabIndex={-1}>
      {notice.sentence}
    </div>
  );
}
