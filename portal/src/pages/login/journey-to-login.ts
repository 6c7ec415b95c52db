import { useState } from 'react';
import { useNavigate } from 'react-router';
import { type SavedJourney, saveJourney } from '../../components/saved-journey.ts';
import { useStep } from '../../components/use-step.ts';
import { keepLoginForm } from './login-form-memory.ts';

/**
 * A journey of two steps that ends at the login page (忘记密码, 找回手机号码): first the person says who they are, then
 * the person proves it. The journey survives a reload, but what was typed does not.
 * @param restored what the API opened, if this tab was reloaded in the second step
 */
export function useJourneyToLogin<OpenJourney, Values>(
  name: 'reset' | 'recover',
  restored: () => OpenJourney | undefined,
) {
  const navigate = useNavigate();
  const [opened, setOpened] = useState(restored);
  const [typed, setTyped] = useState<Values>();
  const { step, goTo, goBack } = useStep<'identify' | 'prove'>('identify', () => opened !== undefined);
  return {
    /** What the API opened; undefined in the first step. */
    opened: step === 'prove' ? opened : undefined,
    /** What the person typed in the first step. */
    typed,
    setTyped,
    back: goBack,
    /** Goes to the second step. */
    open(kept: Omit<SavedJourney, 'step'>, next: OpenJourney) {
      saveJourney(name, { ...kept, step: 'prove' });
      setOpened(next);
      goTo('prove');
    },
    /** The API's ticket has ended: the person begins again. */
    restart() {
      saveJourney(name, undefined);
      goTo('identify', { replace: true });
    },
    /** Goes to the login page, which shows the news and has the account filled in. */
    finish(notice: string, account: string | undefined) {
      saveJourney(name, undefined);
      keepLoginForm({ ...(account === undefined ? {} : { account }), notice });
      void navigate('/login', { replace: true });
    },
  };
}
