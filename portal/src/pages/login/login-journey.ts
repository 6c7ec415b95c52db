import { useState } from 'react';
import type { Identity, SessionAnswer } from '#contract/schemas.ts';
import type { Role } from '#domain/names.ts';
import type { Factor } from '../../components/SecondFactor.tsx';
import { savedJourney, saveJourney } from '../../components/saved-journey.ts';
import { useStep } from '../../components/use-step.ts';
import { adoptSession } from '../../session/session.ts';
import { clearLoginForm } from './login-form-memory.ts';

export interface Choice {
  readonly choiceId: string;
  readonly identity: Identity;
  readonly preselected?: true | undefined;
}
export interface Appointment {
  readonly authorizationId: string;
  readonly role: Role;
  readonly taxpayerName: string;
}
export interface OpenLogin {
  readonly loginId: string;
  /** The company for which the person logs in. */
  readonly taxpayerName?: string | undefined;
  readonly secondFactors: readonly Factor[];
  readonly notices: readonly { code: string; title: string }[];
  /** When the next code may be requested, for a page that was reloaded. */
  readonly resendAt?: string | undefined;
}

/** The progress between the password and the session. */
export type Step =
  | { readonly at: 'password' }
  | ({ readonly at: 'factor' } & OpenLogin)
  | {
      readonly at: 'confirm';
      readonly loginId: string;
      readonly confirm: Appointment;
      readonly choices: readonly Choice[];
    }
  | { readonly at: 'choice'; readonly loginId: string; readonly choices: readonly Choice[] }
  | { readonly at: 'reports'; readonly loginId: string }
  /** After a reload: the API lists the choices again. */
  | { readonly at: 'resume'; readonly loginId: string };

interface FactorResult {
  readonly session?: SessionAnswer | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly confirm?: Appointment | undefined;
}

/**
 * Over a reload only a handle and the offered factors are kept; the masked number and names are read again or left out.
 */
function saveStep(step: Step): void {
  if (step.at === 'factor')
    saveJourney('login', {
      step: 'factor',
      id: step.loginId,
      methods: step.secondFactors.map(({ method }) => method),
    });
  else if (step.at === 'reports') saveJourney('login', { step: 'reports', id: step.loginId });
  else if (step.at !== 'password') saveJourney('login', { step: 'resume', id: step.loginId });
  else saveJourney('login', undefined);
}

function restoredStep(): Step {
  const saved = savedJourney('login');
  if (saved?.step === 'reports') return { at: 'reports', loginId: saved.id };
  if (saved?.step === 'resume') return { at: 'resume', loginId: saved.id };
  if (saved?.step !== 'factor') return { at: 'password' };
  return {
    at: 'factor',
    loginId: saved.id,
    secondFactors: (saved.methods ?? []).map((method) => ({ method })),
    notices: [],
    resendAt: saved.resendAt,
  };
}

/**
 * The steps one after the other: password → factor → (confirm) → (role or report) → session. The steps after the
 * password have an entry of their own in the browser's history: going back goes one step back, and what was typed is
 * still there.
 */
export function useLoginJourney() {
  const [laterStep, setLaterStep] = useState<Step>(restoredStep);
  const history = useStep<'password' | 'later'>('password', () => laterStep.at !== 'password');
  const step: Step = history.step === 'later' ? laterStep : { at: 'password' };
  const goToStep = (next: Step) => {
    saveStep(next);
    setLaterStep(next);
    // The first of them adds an entry to the history; the next ones replace it, because a factor is passed only once.
    history.goTo('later', { replace: history.step === 'later' });
  };
  const finish = (session: SessionAnswer) => {
    saveJourney('login', undefined);
    clearLoginForm();
    // The page itself goes to the requested page, as for everybody who is already signed in.
    adoptSession(session);
  };
  return {
    step,
    back: history.goBack,
    restart: () => {
      saveJourney('login', undefined);
      history.goTo('password', { replace: true });
    },
    goToFactor: (passed: OpenLogin) => goToStep({ at: 'factor', ...passed }),
    finish,
    goToChoice: (loginId: string, choices: readonly Choice[]) => goToStep({ at: 'choice', loginId, choices }),
    /** What follows a passed factor or a confirmed appointment. */
    continueWith: (loginId: string, { session, choices = [], confirm }: FactorResult) => {
      if (session) finish(session);
      else if (confirm) goToStep({ at: 'confirm', loginId, confirm, choices });
      else if (choices.length > 0) goToStep({ at: 'choice', loginId, choices });
      // SPC-2: a cross-region company has reports instead of roles.
      else goToStep({ at: 'reports', loginId });
    },
  };
}
export type LoginJourney = ReturnType<typeof useLoginJourney>;
