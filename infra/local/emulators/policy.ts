import { arrayOf, isObject, type JsonObject, objectOf, stringsOf } from '../http/json.ts';

/** A statement of an identity policy, limited to what is judged here: actions, resources and equality conditions. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: JsonObject | undefined;
}

/** One thing a call does to one resource; a transaction or batch is several of these. */
export interface Need {
  /** `dynamodb:GetItem` */
  readonly action: string;
  /** ARN of a table, an index, a secret or a key. */
  readonly resource: string;
}

/** Reads the statements of a policy document. NotAction, NotResource and principals do not occur in our policies. */
export function statementsOf(document: unknown): Statement[] {
  return arrayOf(objectOf(document).Statement).map((raw) => {
    const statement = objectOf(raw);
    if ('NotAction' in statement || 'NotResource' in statement)
      throw new Error('A policy with NotAction or NotResource is more than the local runtime judges');
    return {
      effect: statement.Effect === 'Deny' ? 'Deny' : 'Allow',
      actions: stringsOf(statement.Action),
      resources: stringsOf(statement.Resource),
      conditions: isObject(statement.Condition) ? statement.Condition : undefined,
    };
  });
}

const patterns = new Map<string, RegExp>();
/** IAM's wildcards: `*` any run, `?` one character. Actions ignore case, resources do not. */
export function matches(pattern: string, text: string, ignoreCase = false): boolean {
  if (!/[*?]/.test(pattern))
    return ignoreCase ? pattern.toLowerCase() === text.toLowerCase() : pattern === text;
  const key = `${ignoreCase ? 'i' : ''}/${pattern}`;
  let known = patterns.get(key);
  if (!known) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    known = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    patterns.set(key, known);
  }
  return known.test(text);
}

/** Context keys of a request, such as `kms:EncryptionContext:purpose`. */
export type Context = Readonly<Record<string, string>>;

/**
 * Only equality and its negation are evaluated. For any other operator the result is `unknown`, chosen so that the
 * policy refuses for both effects.
 */
function holds(conditions: JsonObject | undefined, context: Context, unknown: boolean): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) => {
    if (operator === 'StringNotEquals')
      // Also for a key that the call does not have.
      return Object.entries(objectOf(keys)).every(
        ([key, wanted]) => !stringsOf(wanted).includes(context[key] ?? ''),
      );
    if (operator !== 'StringEquals' && operator !== 'StringLike') return unknown;
    return Object.entries(objectOf(keys)).every(([key, wanted]) => {
      const value = context[key];
      if (value === undefined) return false;
      return stringsOf(wanted).some((w) => (operator === 'StringLike' ? matches(w, value) : w === value));
    });
  });
}

/**
 * The policy of one function. The policy decides whether a call is allowed and remembers which grants were used, so
 * that a grant that no test uses can be reported.
 */
export class Policy {
  private readonly statements: readonly Statement[];
  private readonly used = new Set<string>();
  /** Cached results for needs without conditions, because the same few calls come again and again. */
  private readonly verdicts = new Map<string, boolean>();

  constructor(statements: readonly Statement[]) {
    this.statements = statements;
  }

  allows(need: Need, context: Context = {}): boolean {
    const key = `${need.action}\n${need.resource}`;
    const plain = Object.keys(context).length === 0;
    const known = plain ? this.verdicts.get(key) : undefined;
    if (known !== undefined) return known;
    const verdict = this.judge(need, context);
    if (plain) this.verdicts.set(key, verdict);
    return verdict;
  }

  private judge(need: Need, context: Context): boolean {
    const grants: string[] = [];
    for (const [index, statement] of this.statements.entries()) {
      const denies = statement.effect === 'Deny';
      if (!holds(statement.conditions, context, denies)) continue;
      for (const action of statement.actions.filter((pattern) => matches(pattern, need.action, true)))
        for (const resource of statement.resources.filter((pattern) => matches(pattern, need.resource))) {
          if (denies) return false;
          grants.push(`${index}\n${action}\n${resource}`);
        }
    }
    for (const grant of grants) this.used.add(grant);
    return grants.length > 0;
  }

  /** Whether a statement forbids the call, whatever others allow: this is how a resource's own policy works. */
  denies({ action, resource }: Need, context: Context): boolean {
    return this.statements.some(
      ({ effect, actions, resources, conditions }) =>
        effect === 'Deny' &&
        holds(conditions, context, true) &&
        actions.some((pattern) => matches(pattern, action, true)) &&
        resources.some((pattern) => matches(pattern, resource)),
    );
  }

  /** Forgets which grants of a service were used. */
  forget(service: string): void {
    const start = `${service}:`;
    for (const grant of this.used) if (grant.split('\n')[1]?.startsWith(start)) this.used.delete(grant);
    this.verdicts.clear();
  }

  /** Granted pairs of a service that no allowed call has needed so far. */
  unused(services: readonly string[]): { action: string; resource: string }[] {
    return this.statements.flatMap((statement, index) =>
      statement.effect === 'Deny'
        ? []
        : statement.actions
            .filter((action) => services.some((service) => action.startsWith(`${service}:`)))
            .flatMap((action) =>
              statement.resources
                .filter((resource) => !this.used.has(`${index}\n${action}\n${resource}`))
                .map((resource) => ({ action, resource })),
            ),
    );
  }
}
