import { randomUUID } from 'node:crypto';

export const faceOutcomes = ['pass', 'fail', 'mismatch'] as const;
export type FaceOutcome = (typeof faceOutcomes)[number];

const kept = 10_000;

/**
 * The simulated face provider: everybody gets the outcome that /local/face has set at the time when the result is
 * fetched.
 */
export class FaceSimulator {
  outcome: FaceOutcome = 'pass';
  private readonly sessions = new Map<string, { readonly transactionId: string }>();

  start(): { token: string } {
    const token = randomUUID();
    this.sessions.set(token, { transactionId: `local-${randomUUID()}` });
    const oldest = this.sessions.keys().next().value;
    if (this.sessions.size > kept && oldest !== undefined) this.sessions.delete(oldest);
    return { token };
  }

  result(token: string): { state: 'done'; outcome: FaceOutcome; transactionId: string } | undefined {
    const session = this.sessions.get(token);
    return session && { state: 'done', outcome: this.outcome, transactionId: session.transactionId };
  }
}
