/**
 * The virtual clock. One 64-bit number, shared by all workers, holds its whole state, so that everyone sees a change at
 * once and never half of it. Bit 0: the clock is stopped. The rest: the instant at which it stands, or how far it is
 * ahead of the machine (ms).
 */
export interface Clock {
  readonly shared: SharedArrayBuffer;
  now(): number;
  /** True while it stands still. */
  fixed(): boolean;
  /** True while it differs from the machine's time: schedules then run only by hand. */
  isSet(): boolean;
  stopAt(epochMs: number): void;
  advance(ms: number): void;
  reset(): void;
}

export function makeClock(shared = new SharedArrayBuffer(8), machine: () => number = Date.now): Clock {
  const cell = new BigInt64Array(shared);
  const read = (): { fixed: boolean; value: number } => {
    const packed = Atomics.load(cell, 0);
    return { fixed: (packed & 1n) === 1n, value: Number(packed >> 1n) };
  };
  const write = (fixed: boolean, value: number): void => {
    Atomics.store(cell, 0, (BigInt(Math.round(value)) << 1n) | (fixed ? 1n : 0n));
  };
  return {
    shared,
    now: () => {
      const { fixed, value } = read();
      return fixed ? value : machine() + value;
    },
    fixed: () => read().fixed,
    isSet: () => Atomics.load(cell, 0) !== 0n,
    stopAt: (epochMs) => write(true, epochMs),
    advance: (ms) => {
      const { fixed, value } = read();
      write(fixed, value + ms);
    },
    reset: () => write(false, 0),
  };
}

/** Makes `Date` of this thread follow the clock; `performance.now()` and timers keep the machine's time. */
export function installClock(shared: SharedArrayBuffer): void {
  const RealDate = Date;
  const clock = makeClock(shared, RealDate.now.bind(RealDate));
  const VirtualDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [clock.now()] : args, newTarget),
    apply: () => new RealDate(clock.now()).toString(),
  });
  RealDate.now = clock.now;
  RealDate.prototype.constructor = VirtualDate;
  globalThis.Date = VirtualDate;
}
