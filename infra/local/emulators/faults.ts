import { Hold } from './hold.ts';

/**
 * Faults injected between functions and the services that they call.
 * - `error500`: InternalServerError, nothing done. - `throttle`: the table's capacity is exceeded, nothing done.
 * - `conflict`: another transaction is in progress, nothing done. - `timeout`: no answer ever, nothing done.
 * - `after`: carried out, but the answer is lost. - `crash`: the function dies before the call is carried out.
 * - `crash-after`: the function dies right after it.
 * - `hold`: the call waits until the rule is released, and then continues normally.
 */
export const faultKinds = [
  'error500',
  'throttle',
  'conflict',
  'timeout',
  'after',
  'crash',
  'crash-after',
  'hold',
] as const;
export type FaultKind = (typeof faultKinds)[number];
/** What the caller must still do: a hold is over by then. */
export type Struck = Exclude<FaultKind, 'hold'>;
/** `dynamodb`, Secrets Manager, KMS, SQS, S3, the SMS outbox and the face simulator. */
export const faultServices = ['dynamodb', 'secretsmanager', 'kms', 'sqs', 's3', 'sms', 'face'] as const;
export type FaultService = (typeof faultServices)[number];

export interface FaultRule {
  /** `dynamodb` unless told. */
  readonly service?: FaultService;
  /** The flow's name (`login`). */
  readonly function?: string;
  readonly routeKey?: string;
  /** A table's name or the end of it (`Users`); a transaction or batch matches by any of its tables. */
  readonly table?: string;
  /** The operation (`TransactWriteItems`) or the action of one of its items (`PutItem`). */
  readonly action?: string;
  /** Only the n-th matching call, from 1; the SDK's retries of one call count as that call. */
  readonly nth?: number;
  /** Whether `nth` counts within each invocation (the default) or over all of them. */
  readonly per?: 'invocation' | 'runtime';
  readonly kind: FaultKind;
  /**
   * How often it strikes, each retry counted (for held calls: all tries count once); 1 by default, `Infinity` for
   * always.
   */
  readonly times?: number;
}

export interface FaultCall {
  readonly service: FaultService;
  readonly functionName: string;
  readonly invocationId: string | undefined;
  readonly routeKey: string | undefined;
  readonly operation: string;
  /** Tables and actions of the call's items. */
  readonly tables: readonly string[];
  readonly actions: readonly string[];
  /** The same for all tries of one SDK call. */
  readonly callId: string | undefined;
}

interface Active {
  readonly rule: FaultRule;
  struck: number;
  /** Call ids seen, per invocation or in total, to number the calls. */
  readonly seen: Map<string, string[]>;
  readonly hold: Hold | undefined;
}

const named = (wanted: string | undefined, name: string): boolean =>
  wanted === undefined || name === wanted || name.endsWith(`-${wanted}`);

export class Faults {
  private readonly active = new Map<string, Active>();
  private next = 0;

  /** Returns the rule's id. */
  add(rule: FaultRule): string {
    const id = `f${++this.next}`;
    const hold = rule.kind === 'hold' ? new Hold() : undefined;
    this.active.set(id, { rule, struck: 0, seen: new Map(), hold });
    return id;
  }

  /** Ends all rules; held calls continue. */
  clear(): void {
    for (const { hold } of this.active.values()) hold?.open();
    this.active.clear();
  }

  list(): { id: string; rule: FaultRule; struck: number }[] {
    return [...this.active].map(([id, { rule, struck }]) => ({ id, rule, struck }));
  }

  /** Whether this is a rule that holds. */
  holds(id: string): boolean {
    return this.active.get(id)?.hold !== undefined;
  }

  /**
   * Resolves as soon as this many calls wait at a `hold` rule. Rejects if the rule is released before, or the calls do
   * not come. The function gives up a held call after its own timeouts (tables: 3 tries of 2.5 s): release soon.
   */
  async held(id: string, calls = 1): Promise<void> {
    await this.holdOf(id).arrived(calls);
  }

  /** Lets the calls that wait at a `hold` rule continue, and holds no later one. */
  release(id: string): void {
    this.holdOf(id).open();
  }

  private holdOf(id: string): Hold {
    const hold = this.active.get(id)?.hold;
    if (!hold) throw new Error(`No rule ${id} holds calls`);
    return hold;
  }

  /** How often a rule struck so far. */
  struck(id: string): number {
    return this.active.get(id)?.struck ?? 0;
  }

  /**
   * The fault that this call meets, if any; a `hold` rule makes the call wait first. `gone` tells whether the caller
   * has given up meanwhile: such a call is no longer carried out.
   */
  async strike(call: FaultCall, gone: () => boolean): Promise<Struck | undefined> {
    for (const active of this.active.values()) {
      const { rule, hold } = active;
      if (!this.fits(rule, call) || !isTurn(active, call) || hold?.isOpen) continue;
      // A further try of a held call waits beside the first try.
      if (!hold?.has(call.callId)) {
        if (active.struck >= (rule.times ?? 1)) continue;
        active.struck++;
      }
      if (!hold) return rule.kind as Struck;
      await hold.wait(call.callId);
      if (gone()) return 'timeout';
    }
    return undefined;
  }

  private fits(rule: FaultRule, call: FaultCall): boolean {
    // A plain read never meets a transaction conflict.
    if (rule.kind === 'conflict' && !/^(Transact|Put|Update|Delete)/.test(call.operation)) return false;
    return (
      (rule.service ?? 'dynamodb') === call.service &&
      (rule.function === undefined || rule.function === call.functionName) &&
      (rule.routeKey === undefined || rule.routeKey === call.routeKey) &&
      (rule.table === undefined || call.tables.some((table) => named(rule.table, table))) &&
      (rule.action === undefined || rule.action === call.operation || call.actions.includes(rule.action))
    );
  }
}

function isTurn({ rule, seen }: Active, call: FaultCall): boolean {
  if (rule.nth === undefined) return true;
  const scope = rule.per === 'runtime' ? '' : (call.invocationId ?? '');
  let ids = seen.get(scope);
  if (!ids) {
    ids = [];
    seen.set(scope, ids);
  }
  const known = call.callId === undefined ? -1 : ids.indexOf(call.callId);
  const position = known >= 0 ? known + 1 : ids.push(call.callId ?? '');
  return position === rule.nth;
}
