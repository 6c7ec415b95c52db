import { DependencyError, safeCode } from '../outbound.ts';

export interface FaceSubject {
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
  /** The scan ticket's id. */
  readonly ticket: string;
}

/**
 * - `pass`: alive, and the person of name and document.
 * - `mismatch`: somebody else, or no such name and document.
 * - `fail`: not recognised (light, movement, aborted); another try may help (REG-5).
 * - `pending`: not finished yet.
 */
export type FaceOutcome = 'pass' | 'fail' | 'mismatch' | 'pending';

/**
 * FACE-2: the provider's own result, fetched here; what the app claims is never asked. A result belongs to the
 * name and document that its session was started with, so the caller stores the token with the ticket and takes
 * no other. No image is asked for (REG-6).
 */
export interface FaceGateway {
  /** @throws FaceRefused, FaceUnavailable */
  start(subject: FaceSubject): Promise<{ provider: 'tencent' | 'simulator'; token: string }>;
  /** @throws FaceRefused for a token the provider does not know, FaceUnavailable */
  result(token: string): Promise<{ outcome: FaceOutcome; transactionId: string }>;
}

/** The provider will not check this person, or does not know this token. */
export class FaceRefused extends DependencyError {
  readonly code: string;
  constructor(provider: string, code: unknown) {
    super(`face ${provider}`, `refused: ${safeCode(code)}`);
    this.code = safeCode(code);
  }
}

/** The provider is away, or failed on its own side: no failure of the person (LCK-6). */
export class FaceUnavailable extends DependencyError {
  constructor(provider: string, reason: string) {
    super(`face ${provider}`, reason);
  }
}
