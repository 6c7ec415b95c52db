import { useState } from 'react';
import type { Identity, SessionAnswer } from '#contract/schemas.ts';
import type { Role } from '#domain/names.ts';
import { keepJourney, keptJourney } from '../../components/kept-journey.ts';
import type { Factor } from '../../components/SecondFactor.tsx';
import { useStep } from '../../components/use-step.ts';
import { adoptSession } from '../../session/session.ts';
import { forgetTyped } from './typed.ts';

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
export interface PasswordPassed {
  readonly loginId: string;
  /** The company for which the person logs in. */
  readonly taxpayerName?: string | undefined;
  readonly secondFactors: readonly Factor[];
  readonly notices: readonly { code: string; title: string }[];
  /** When the next code may be requested, for a page that was reloaded. */
  readonly againAt?: string | undefined;
}

/** The progress between the password and the session. */
export type Step =
  | { readonly at: 'password' }
  | ({ readonly at: 'factor' } & PasswordPassed)
  | {
      readonly at: 'confirm';
      readonly loginId: string;
      readonly confirm: Appointment;
      readonly choices: readonly Choice[];
    }
  | { readonly at: 'choice'; readonly loginId: string; readonly choices: readonly Choice[] }
  | { readonly at: 'reports'; readonly loginId: string }
  /** After a reload: the API lists the choices again. */
  | { readonly at: 'choosing'; readonly loginId: string };

interface Passed {
  readonly session?: SessionAnswer | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly confirm?: Appointment | undefined;
}

/**
 * Over a reload only a handle and the offered factors are kept; the masked number and names are read again or left out.
 */
function keep(step: Step): void {
  if (step.at === 'factor')
    keepJourney('login', {
      at: 'factor',
      id: step.loginId,
      methods: step.secondFactors.map(({ method }) => method),
    });
  else if (step.at === 'reports') keepJourney('login', { at: 'reports', id: step.loginId });
  else if (step.at !== 'password') keepJourney('login', { at: 'choosing', id: step.loginId });
  else keepJourney('login', undefined);
}

function restored(): Step {
  const kept = keptJourney('login');
  if (kept?.at === 'reports') return { at: 'reports', loginId: kept.id };
  if (kept?.at === 'choosing') return { at: 'choosing', loginId: kept.id };
  if (kept?.at !== 'factor') return { at: 'password' };
  return {
    at: 'factor',
    loginId: kept.id,
    secondFactors: (kept.methods ?? []).map((method) => ({ method })),
    notices: [],
    againAt: kept.againAt,
  };
}

/**
 * The steps one after the other: password → factor → (confirm) → (role or report) → session. The steps after the
 * password have an entry of their own in the browser's history: going back goes one step back, and what was typed is
 * still there.
 */
export function useJourney() {
  const [later, setLater] = useState<Step>(restored);
  const place = useStep<'password' | 'later'>('password', () => later.at !== 'password');
  const step: Step = place.step === 'later' ? later : { at: 'password' };
  const take = (next: Step) => {
    keep(next);
    setLater(next);
    // The first of them adds an entry to the history; the next ones replace it, because a factor is passed only once.
    place.go('later', { replace: place.step === 'later' });
  };
  const finish = (session: SessionAnswer) => {
    keepJourney('login', undefined);
    forgetTyped();
    // The page itself goes to where the person wanted to go, as for everybody who is already signed in.
    adoptSession(session);
  };
  return {
    step,
    back: place.back,
    restart: () => {
      keepJourney('login', undefined);
      place.go('password', { replace: true });
    },
    passwordPassed: (passed: PasswordPassed) => take({ at: 'factor', ...passed }),
    finish,
    choose: (loginId: string, choices: readonly Choice[]) => take({ at: 'choice', loginId, choices }),
    /** What follows a passed factor or a confirmed appointment. */
    goOn: (loginId: string, { session, choices = [], confirm }: Passed) => {
      if (session) finish(session);
      else if (confirm) take({ at: 'confirm', loginId, confirm, choices });
      else if (choices.length > 0) take({ at: 'choice', loginId, choices });
      // SPC-2: a cross-region company has reports instead of roles.
      else take({ at: 'reports', loginId });
    },
  };
}
export type Journey = ReturnType<typeof useJourney>;
