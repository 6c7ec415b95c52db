import { DependencyError, safeCode } from '../outbound.ts';

export interface FaceSubject {
  readonly name: string;
  readonly documentType: string;
  readonly documentNumber: string;
  /** The id of the scan ticket. */
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
 * FACE-2: the provider's own result, which we fetch ourselves; what the app claims is never used. A result belongs to
 * the name and document with which its session was started. So the caller stores the token with the ticket and accepts
 * no other token. No image is requested (REG-6).
 */
export interface FaceGateway {
  /** @throws FaceRefused, FaceUnavailable */
  start(subject: FaceSubject): Promise<{ provider: 'tencent' | 'simulator'; token: string }>;
  /** @throws FaceRefused for a token that the provider does not know, FaceUnavailable */
  result(token: string): Promise<{ outcome: FaceOutcome; transactionId: string }>;
}

/** The provider refuses to check this person, or does not know this token. */
export class FaceRefused extends DependencyError {
  readonly code: string;
  constructor(provider: string, code: unknown) {
    super(`face ${provider}`, `refused: ${safeCode(code)}`);
    this.code = safeCode(code);
  }
}

/** The provider is unavailable or failed on its own side: no failure of the person (LCK-6). */
export class FaceUnavailable extends DependencyError {
  constructor(provider: string, reason: string) {
    super(`face ${provider}`, reason);
  }
}
