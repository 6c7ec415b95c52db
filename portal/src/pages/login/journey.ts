import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { Identity, SessionAnswer } from '#contract/schemas.ts';
import type { Role } from '#domain/names.ts';
import { adoptSession } from '../../session/session.ts';

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
export type Factors = readonly ({ method: 'sms'; maskedPhone: string } | { method: 'face' })[];
export interface PasswordPassed {
  readonly loginId: string;
  /** The company that is entered. */
  readonly taxpayerName?: string | undefined;
  readonly secondFactors: Factors;
  readonly notices: readonly { code: string; title: string }[];
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
  | { readonly at: 'reports'; readonly loginId: string };

interface Passed {
  readonly session?: SessionAnswer | undefined;
  readonly choices?: readonly Choice[] | undefined;
  readonly confirm?: Appointment | undefined;
}

/** The page that somebody wanted before being sent here; never one of another origin. */
export const wanted = (state: unknown): string => {
  const from = (state as { from?: unknown } | null)?.from;
  return typeof from === 'string' && /^\/(me(\/[a-z-]+)*|sso#[\w-]{32})$/.test(from) ? from : '/me';
};

/** The steps after each other: password → factor → (confirm) → (role or report) → session. */
export function useJourney() {
  const [step, setStep] = useState<Step>({ at: 'password' });
  const navigate = useNavigate();
  const { state } = useLocation();
  const finish = (session: SessionAnswer) => {
    adoptSession(session);
    void navigate(wanted(state), { replace: true });
  };
  return {
    step,
    restart: () => setStep({ at: 'password' }),
    passwordPassed: (passed: PasswordPassed) => setStep({ at: 'factor', ...passed }),
    finish,
    choose: (loginId: string, choices: readonly Choice[]) => setStep({ at: 'choice', loginId, choices }),
    /** What a passed factor or a confirmed appointment leads to. */
    goOn: (loginId: string, { session, choices = [], confirm }: Passed) => {
      if (session) finish(session);
      else if (confirm) setStep({ at: 'confirm', loginId, confirm, choices });
      else if (choices.length > 0) setStep({ at: 'choice', loginId, choices });
      // SPC-2: a cross-region company has reports instead of roles.
      else setStep({ at: 'reports', loginId });
    },
  };
}
export type Journey = ReturnType<typeof useJourney>;
