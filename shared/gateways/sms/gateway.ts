import type { SmsPurpose } from '#domain/names.ts';
import { DependencyError, mayHaveArrived, OutboundError, safeCode } from '../outbound.ts';

export interface SmsMessage {
  /** A mainland number of 11 digits. */
  readonly phone: string;
  readonly purpose: SmsPurpose | 'notice';
  /** With a code: the six digits, and how long they are good for. */
  readonly code?: string;
  readonly minutes?: number;
  /** The whole message as the person reads it, the bureau's signature first (SMS-3). */
  readonly text: string;
}

/** SMS-3: one way to send, whoever carries it. Never sends twice, never retries. */
export interface SmsGateway {
  /** @throws SmsRefused, SmsUnavailable */
  send(message: SmsMessage): Promise<void>;
}

/** The provider looked at the message and will not carry it, e.g. for this number. Nothing was sent. */
export class SmsRefused extends DependencyError {
  readonly code: string;
  constructor(provider: string, code: unknown) {
    super(`sms ${provider}`, `refused: ${safeCode(code)}`);
    this.code = safeCode(code);
  }
}

/** The provider is away or its account is not in order. */
export class SmsUnavailable extends DependencyError {
  /** Whether the message may be on its way all the same: such a send is not given back (SMS-1). */
  readonly maybeSent: boolean;
  constructor(provider: string, reason: string, maybeSent: boolean) {
    super(`sms ${provider}`, reason);
    this.maybeSent = maybeSent;
  }
}

/** What an error without an answer means for the message. */
export function unanswered(provider: string, error: unknown): Error {
  if (error instanceof OutboundError) {
    return new SmsUnavailable(provider, error.failure, mayHaveArrived(error.failure));
  }
  return new SmsUnavailable(provider, 'no readable answer', true);
}

/** E.164 of a mainland number. */
export const e164 = (phone: string): string => `+86${phone}`;

/** The text without the leading 【signature】, which providers with templates put there themselves. */
export const unsigned = (text: string): string => text.replace(/^【[^】]*】/, '');
