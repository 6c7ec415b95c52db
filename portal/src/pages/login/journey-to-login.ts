import { useState } from 'react';
import { useNavigate } from 'react-router';
import { type KeptJourney, keepJourney } from '../../components/kept-journey.ts';
import { useStep } from '../../components/use-step.ts';
import { rememberTyped } from './typed.ts';

/**
 * A journey of two steps that ends at the login page (忘记密码, 找回手机号码): first the person says who they are, then
 * the person proves it. The journey survives a reload, but what was typed does not.
 * @param restored what the API opened, if this tab was reloaded in the second step
 */
export function useJourneyToLogin<Opened, Typed>(
  name: 'reset' | 'recover',
  restored: () => Opened | undefined,
) {
  const navigate = useNavigate();
  const [opened, setOpened] = useState(restored);
  const [typed, setTyped] = useState<Typed>();
  const { step, go, back } = useStep<'who' | 'prove'>('who', () => opened !== undefined);
  return {
    /** What the API opened; undefined in the first step. */
    opened: step === 'prove' ? opened : undefined,
    /** What the person typed in the first step. */
    typed,
    setTyped,
    back,
    /** Goes to the second step. */
    open(kept: Omit<KeptJourney, 'at'>, next: Opened) {
      keepJourney(name, { ...kept, at: 'prove' });
      setOpened(next);
      go('prove');
    },
    /** The API's ticket has ended: the person begins again. */
    restart() {
      keepJourney(name, undefined);
      go('who', { replace: true });
    },
    /** Goes to the login page, which shows the news and has the account filled in. */
    finish(news: string, account: string | undefined) {
      keepJourney(name, undefined);
      rememberTyped({ ...(account === undefined ? {} : { account }), news });
      void navigate('/login', { replace: true });
    },
  };
}
