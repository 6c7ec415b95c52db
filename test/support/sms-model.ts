import fc from 'fast-check';
import type { SendKind } from '#domain/factors/sms-window.ts';

/** One request for a code, `gap` milliseconds after the request before. */
export interface Ask {
  readonly gap: number;
  readonly kind: SendKind;
}

const second = 1000;
const gaps = fc.oneof(
  fc.integer({ min: 0, max: 90 * second }),
  fc.constantFrom(0, 1, 59_001, 59_999, 60_000, 60_001, 300_000, 599_999, 600_000, 600_001, 3 * 3_600_000),
);
export const asks = (maxLength: number) =>
  fc.array(fc.record({ gap: gaps, kind: fc.constantFrom<SendKind>('stranger', 'reset', 'owner') }), {
    maxLength,
  });

/**
 * SMS-1, SMS-2 and SMS-4 in plain words, computed from the whole history of a number: no counter is kept, everything is
 * counted anew each time.
 */
export class PlainRule {
  private readonly sent: { at: number; kind: SendKind; window: number }[] = [];
  private readonly owned: boolean;
  private readonly solved: boolean;
  constructor({ owned, solved }: { owned: boolean; solved: boolean }) {
    this.owned = owned;
    this.solved = solved;
  }

  /** Whether the code is sent. */
  ask(kind: SendKind, at: number): boolean {
    const last = this.sent.at(-1);
    const opening = last?.window ?? Number.NEGATIVE_INFINITY;
    const window = at < opening + 600 * second ? opening : at;
    const inWindow = this.sent.filter((one) => one.window === window);
    const of = (...kinds: SendKind[]) => inWindow.filter((one) => kinds.includes(one.kind)).length;
    const sameQueue = (other: SendKind) => (kind === 'owner') === (other === 'owner');
    if (this.sent.some((one) => sameQueue(one.kind) && at - one.at < 60 * second)) return false;
    if (inWindow.length === 5) return false;
    if (kind === 'stranger') {
      const midnight = (time: number) => Math.floor((time + 8 * 3_600_000) / 86_400_000);
      const today = this.sent.filter(
        (one) => one.kind === 'stranger' && midnight(one.at) === midnight(at),
      ).length;
      if (today >= (this.owned ? 10 : this.solved ? 20 : 5)) return false;
      if (this.owned && (of('stranger') >= 3 || of('stranger', 'reset') >= 4)) return false;
    }
    if (kind === 'reset' && of('stranger', 'reset') >= 4) return false;
    this.sent.push({ at, kind, window });
    return true;
  }

  /** The provider has refused the newest code. */
  takeBack(): void {
    this.sent.pop();
  }
}
