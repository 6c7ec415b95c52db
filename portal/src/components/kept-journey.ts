import { serverNow } from '../api/clock.ts';
import { keepHere, keptHere } from '../app/optional.ts';

/**
 * The progress of a journey: a handle of 128 random bits, a step and a time. None of this identifies the person
 * (DOC-4).
 */
export interface KeptJourney {
  readonly at: string;
  /** The API's handle of it. */
  readonly id: string;
  readonly methods?: readonly ('sms' | 'face')[];
  readonly faceRequired?: boolean;
  /** When the next code may be requested, if one was sent. */
  readonly againAt?: string;
}
type Journey = 'login' | 'register' | 'reset' | 'recover';

/** Not kept longer than any of these tickets lives. */
const keptMs = 30 * 60_000;

export function keepJourney(name: Journey, journey: KeptJourney | undefined): void {
  keepHere(`journey-${name}`, journey && JSON.stringify({ ...journey, until: serverNow() + keptMs }));
}

/** The journey that this tab was in before it was reloaded. */
export function keptJourney(name: Journey): KeptJourney | undefined {
  try {
    const kept = JSON.parse(keptHere(`journey-${name}`) ?? 'null') as
      | (KeptJourney & { readonly until: number })
      | null;
    return kept && typeof kept.id === 'string' && kept.until > serverNow() ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Records when the next code may be requested. */
export function keepSent(name: Journey, againAt: string | undefined): void {
  const kept = keptJourney(name);
  if (kept && againAt !== undefined) keepJourney(name, { ...kept, againAt });
}
