/** What a function (or one of its routes) used since the last reset. */
export interface Usage {
  invocations: number;
  /** DynamoDB calls, retries included. */
  calls: number;
  /**
   * The longest chain of DynamoDB calls of one invocation, in which each call started after the one before had
   * answered.
   */
  longestChain: number;
  readUnits: number;
  writeUnits: number;
}
export interface FunctionUsage extends Usage {
  /** The same by route key (or trigger). */
  routes: Record<string, Usage>;
}

/** One running invocation, to which calls are attributed. */
export interface Invocation {
  readonly id: string;
  readonly functionName: string;
  /** The route key, or another trigger, e.g. `schedule midnight-unlock`. */
  readonly routeKey: string;
  calls: number;
  longestChain: number;
}

const nothing = (): Usage => ({ invocations: 0, calls: 0, longestChain: 0, readUnits: 0, writeUnits: 0 });

export class UsageBook {
  private readonly running = new Map<string, Invocation>();
  private readonly functions = new Map<string, FunctionUsage>();
  private next = 0;

  begin(functionName: string, routeKey: string): Invocation {
    const invocation = { id: `i${++this.next}`, functionName, routeKey, calls: 0, longestChain: 0 };
    this.running.set(invocation.id, invocation);
    for (const usage of this.of(invocation)) usage.invocations++;
    return invocation;
  }

  end(invocation: Invocation): void {
    // A call that ends after its invocation's answer still belongs to that invocation.
    setTimeout(() => this.running.delete(invocation.id), 10_000).unref();
  }

  /** The invocation to which a call belongs; calls outside of any invocation (at load) are counted separately. */
  find(id: string | undefined, functionName: string): Invocation {
    const found = id === undefined ? undefined : this.running.get(id);
    return found ?? { id: '', functionName, routeKey: '(outside)', calls: 0, longestChain: 0 };
  }

  /** Counts a call. `depth`: its position in the chain of calls that had answered before it started, from 1. */
  call(invocation: Invocation, depth: number): void {
    invocation.calls++;
    invocation.longestChain = Math.max(invocation.longestChain, depth);
    for (const usage of this.of(invocation)) {
      usage.calls++;
      usage.longestChain = Math.max(usage.longestChain, depth);
    }
  }

  units(invocation: Invocation, kind: 'readUnits' | 'writeUnits', units: number): void {
    for (const usage of this.of(invocation)) usage[kind] += units;
  }

  report(): Record<string, FunctionUsage> {
    return structuredClone(Object.fromEntries(this.functions));
  }

  reset(): void {
    this.functions.clear();
  }

  private of({ functionName, routeKey }: Invocation): Usage[] {
    let usage = this.functions.get(functionName);
    if (!usage) {
      usage = { ...nothing(), routes: {} };
      this.functions.set(functionName, usage);
    }
    usage.routes[routeKey] ??= nothing();
    return [usage, usage.routes[routeKey]];
  }
}
