import { serverNow } from '../api/clock.ts';
import { setTabItem, tabItem } from '../app/browser-features.ts';

/**
 * The progress of a journey: a handle of 128 random bits, a step and a time. None of this identifies the person
 * (DOC-4).
 */
export interface SavedJourney {
  readonly step: string;
  /** The API's handle of it. */
  readonly id: string;
  readonly methods?: readonly ('sms' | 'face')[];
  readonly faceRequired?: boolean;
  /** When the next code may be requested, if one was sent. */
  readonly resendAt?: string;
}
type Journey = 'login' | 'register' | 'reset' | 'recover';

/** Not kept longer than any of these tickets lives. */
const savedMs = 30 * 60_000;

export function saveJourney(name: Journey, journey: SavedJourney | undefined): void {
  setTabItem(`journey-${name}`, journey && JSON.stringify({ ...journey, until: serverNow() + savedMs }));
}

/** The journey that this tab was in before it was reloaded. */
export function savedJourney(name: Journey): SavedJourney | undefined {
  try {
    const saved = JSON.parse(tabItem(`journey-${name}`) ?? 'null') as
      | (SavedJourney & { readonly until: number })
      | null;
    return saved && typeof saved.id === 'string' && saved.until > serverNow() ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Records when the next code may be requested. */
export function saveResendAt(name: Journey, resendAt: string | undefined): void {
  const saved = savedJourney(name);
  if (saved && resendAt !== undefined) saveJourney(name, { ...saved, resendAt });
}
