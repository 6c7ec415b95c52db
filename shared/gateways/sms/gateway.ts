import type { SmsPurpose } from '#domain/names.ts';
import { DependencyError, mayHaveArrived, OutboundError, safeCode } from '../outbound.ts';

export interface SmsMessage {
  /** A mainland number of 11 digits. */
  readonly phone: string;
  readonly purpose: SmsPurpose | 'notice';
  /** With a code: the six digits, and for how long they are valid. */
  readonly code?: string;
  readonly minutes?: number;
  /** The whole message as the person reads it, beginning with the bureau's signature (SMS-3). */
  readonly text: string;
}

/**
 * SMS-3: one way to send messages, whichever provider carries them. The gateway never sends twice and never retries.
 */
export interface SmsGateway {
  /** @throws SmsRefused, SmsUnavailable */
  send(message: SmsMessage): Promise<void>;
}

/** The provider refuses this message, e.g. for this number. Nothing was sent. */
export class SmsRefused extends DependencyError {
  readonly code: string;
  constructor(provider: string, code: unknown) {
    super(`sms ${provider}`, `refused: ${safeCode(code)}`);
    this.code = safeCode(code);
  }
}

/** The provider is unavailable, or our account there is not in order. */
export class SmsUnavailable extends DependencyError {
  /** Whether the message may have been sent all the same: such a send is not given back (SMS-1). */
  readonly maybeSent: boolean;
  constructor(provider: string, reason: string, maybeSent: boolean) {
    super(`sms ${provider}`, reason);
    this.maybeSent = maybeSent;
  }
}

/** What an error without an answer means for the message. */
export function unansweredSend(provider: string, error: unknown): Error {
  if (error instanceof OutboundError) {
    return new SmsUnavailable(provider, error.failure, mayHaveArrived(error.failure));
  }
  return new SmsUnavailable(provider, 'no readable answer', true);
}

/** E.164 of a mainland number. */
export const e164 = (phone: string): string => `+86${phone}`;

/** The text without the leading 【signature】, which providers with templates add themselves. */
export const unsigned = (text: string): string => text.replace(/^【[^】]*】/, '');
