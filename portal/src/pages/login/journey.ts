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
  /** The company that is entered. */
  readonly taxpayerName?: string | undefined;
  readonly secondFactors: readonly Factor[];
  readonly notices: readonly { code: string; title: string }[];
  /** When the next code may be asked for, of a page that was loaded anew. */
  readonly againAt?: string | undefined;
}

/** Where somebody stands between the password and the session. */
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
  /** A page that was loaded anew: what there is to choose, the API says once more. */
  | { readonly at: 'choosing'; readonly loginId: string };

interface Passed {
  readonly session?: SessionAnswer | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly confirm?: Appointment | undefined;
}

/** Only a handle and the ways on are kept over a reload: the masked number and names are asked for again or left out. */
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
 * The steps after each other: password → factor → (confirm) → (role or report) → session. What comes after the password
 * has an entry of its own in the browser's history: going back is a step back, and what was typed is there.
 */
export function useJourney() {
  const [later, setLater] = useState<Step>(restored);
  const place = useStep<'password' | 'later'>('password', () => later.at !== 'password');
  const step: Step = place.step === 'later' ? later : { at: 'password' };
  const take = (next: Step) => {
    keep(next);
    setLater(next);
    // The first of them is a step onward; the next ones take its place, for a factor is passed only once.
    place.go('later', { replace: place.step === 'later' });
  };
  const finish = (session: SessionAnswer) => {
    keepJourney('login', undefined);
    forgetTyped();
    // The page itself goes where somebody wanted to go, as for everybody who is signed in already.
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
    /** What a passed factor or a confirmed appointment leads to. */
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
