/**
 * Faults injected between functions and what they depend on.
 * - `error500`: InternalServerError, nothing done. - `throttle`: the table is over its capacity, nothing done.
 * - `conflict`: another transaction is in the way, nothing done. - `timeout`: never answered, nothing done.
 * - `after`: carried out, but the answer is lost. - `crash`: the function dies before the call is carried out.
 * - `crash-after`: it dies right after.
 */
export const faultKinds = [
  'error500',
  'throttle',
  'conflict',
  'timeout',
  'after',
  'crash',
  'crash-after',
] as const;
export type FaultKind = (typeof faultKinds)[number];
/** `dynamodb`, Secrets Manager, KMS, the SMS outbox and the face simulator. */
export const faultServices = ['dynamodb', 'secretsmanager', 'kms', 'sms', 'face'] as const;
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
  /** How often it strikes, retries counted one by one; 1 unless told, `Infinity` for always. */
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
  /** Call ids seen, by invocation or together, to number the calls. */
  readonly seen: Map<string, string[]>;
}

const named = (wanted: string | undefined, name: string): boolean =>
  wanted === undefined || name === wanted || name.endsWith(`-${wanted}`);

export class Faults {
  private readonly active = new Map<string, Active>();
  private next = 0;

  /** Answers the rule's id. */
  add(rule: FaultRule): string {
    const id = `f${++this.next}`;
    this.active.set(id, { rule, struck: 0, seen: new Map() });
    return id;
  }

  clear(): void {
    this.active.clear();
  }

  list(): { id: string; rule: FaultRule; struck: number }[] {
    return [...this.active].map(([id, { rule, struck }]) => ({ id, rule, struck }));
  }

  /** How often a rule struck so far. */
  struck(id: string): number {
    return this.active.get(id)?.struck ?? 0;
  }

  /** The fault that this call meets, if any. */
  strike(call: FaultCall): FaultKind | undefined {
    if (this.active.size === 0) return undefined;
    for (const active of this.active.values()) {
      const { rule } = active;
      if (!this.fits(rule, call) || !isTurn(active, call)) continue;
      if (active.struck >= (rule.times ?? 1)) continue;
      active.struck++;
      return rule.kind;
    }
    return undefined;
  }

  private fits(rule: FaultRule, call: FaultCall): boolean {
    // A plain read meets no transaction conflict.
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
