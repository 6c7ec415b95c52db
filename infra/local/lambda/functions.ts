import type { UsageBook } from '../emulators/usage.ts';
import type { FunctionModel } from '../template/model.ts';
import { FunctionHost, type FunctionSurroundings } from './function-host.ts';

export { FunctionError } from './function-host.ts';

/** All functions of the application. */
export class Functions {
  private readonly hosts: ReadonlyMap<string, FunctionHost>;
  private readonly usage: UsageBook;

  constructor(models: readonly FunctionModel[], around: FunctionSurroundings) {
    this.usage = around.usage;
    this.hosts = new Map(models.map((model) => [model.name, new FunctionHost(model, around)]));
  }

  /** Loads every function once, a few at a time. Throws FunctionError for the first that cannot be loaded. */
  async loadAll(atOnce: number): Promise<void> {
    const waiting = [...this.hosts.values()];
    const next = async (): Promise<void> => {
      for (let host = waiting.shift(); host; host = waiting.shift()) await host.load();
    };
    await Promise.all(Array.from({ length: atOnce }, next));
  }

  /**
   * Runs a function and returns its result as JSON text.
   * @param startedBy the route key, or e.g. `schedule midnight-unlock`; usage is counted by it
   * @throws FunctionError
   */
  async invoke(name: string, event: unknown, startedBy: string): Promise<string> {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`There is no function ${name}`);
    const invocation = this.usage.begin(host.model.shortName, startedBy);
    try {
      return await host.invoke(event, invocation);
    } finally {
      this.usage.end(invocation);
    }
  }

  /** Ends a function's worker, by the flow's name. */
  crash(shortName: string): void {
    for (const host of this.hosts.values()) if (host.model.shortName === shortName) void host.crash();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.stop()));
  }
}
