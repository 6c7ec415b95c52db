/** How long a test waits for a held call before the rule is taken to be wrong. */
const patienceMs = 30_000;

/**
 * Where the calls of one `hold` rule wait. A call is one SDK call: its retries wait at the same place and count once,
 * so that a request timeout in the function does not let a held call pass.
 */
export class Hold {
  private readonly calls = new Set<string>();
  private readonly watchers = new Set<() => void>();
  private opened = false;
  private readonly gate = Promise.withResolvers<void>();
  private nameless = 0;

  get isOpen(): boolean {
    return this.opened;
  }
  has(callId: string | undefined): boolean {
    return callId !== undefined && this.calls.has(callId);
  }

  /** Waits until the rule is released. */
  async wait(callId: string | undefined): Promise<void> {
    this.calls.add(callId ?? `nameless ${++this.nameless}`);
    for (const watcher of this.watchers) watcher();
    await this.gate.promise;
  }

  /** Lets all waiting calls continue, and holds no later one. */
  open(): void {
    this.opened = true;
    this.gate.resolve();
    for (const watcher of this.watchers) watcher();
  }

  /** Resolves when this many calls have arrived. Rejects if the rule is released before, or none comes for 30 s. */
  arrived(calls: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const watcher = (): void => {
        if (this.calls.size < calls && !this.opened) return;
        this.watchers.delete(watcher);
        clearTimeout(timer);
        if (this.calls.size >= calls) resolve();
        else reject(new Error(`Released while ${this.calls.size} of ${calls} calls were held`));
      };
      const timer = setTimeout(() => {
        this.watchers.delete(watcher);
        reject(new Error(`${this.calls.size} of ${calls} calls came to the hold in ${patienceMs / 1000} s`));
      }, patienceMs);
      timer.unref();
      this.watchers.add(watcher);
      watcher();
    });
  }
}
