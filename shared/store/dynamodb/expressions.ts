/**
 * Conditions and updates as values. When a call is made, every attribute gets an alias and every value is passed beside
 * the text, so that no reserved word and no data can become part of an expression.
 */

/** The names and values of one call's expressions. */
class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, unknown> = {};

  /** `account.status` becomes `#account.#status`, `turnedAt[7]` becomes `#turnedAt[7]`. */
  path(path: Path): string {
    return (typeof path === 'string' ? path.split('.') : path).map((step) => this.name(step)).join('.');
  }
  value(value: unknown): string {
    const alias = `:v${Object.keys(this.values).length}`;
    this.values[alias] = value;
    return alias;
  }
  private name(step: string): string {
    const [, plain, index = ''] = /^(\w+)(\[\d+\])?$/.exec(step) ?? [];
    const alias = `#${plain ?? `n${Object.keys(this.names).length}`}`;
    this.names[alias] = plain ?? step;
    return alias + index;
  }
}

/** An attribute. Steps into a map whose keys may contain dots are given as a list. */
export type Path = string | readonly string[];

export interface Condition {
  readonly write: (to: Placeholders) => string;
  /** What joins the parts, if there are several: DynamoDB refuses parentheses that are not needed. */
  readonly joinedBy?: 'AND' | 'OR';
}
const compared =
  (operator: string) =>
  (path: Path, value: unknown): Condition => ({
    write: (to) => `${to.path(path)} ${operator} ${to.value(value)}`,
  });
export const equals = compared('=');
export const differs = compared('<>');
export const below = compared('<');
export const atMost = compared('<=');
export const above = compared('>');
export const atLeast = compared('>=');
export const exists = (path: Path): Condition => ({ write: (to) => `attribute_exists(${to.path(path)})` });
export const absent = (path: Path): Condition => ({
  write: (to) => `attribute_not_exists(${to.path(path)})`,
});
/** A set or list has this member, or a text has this part. */
export const holds = (path: Path, member: unknown): Condition => ({
  write: (to) => `contains(${to.path(path)}, ${to.value(member)})`,
});
export const startsWith = (path: Path, prefix: string): Condition => ({
  write: (to) => `begins_with(${to.path(path)}, ${to.value(prefix)})`,
});
export const between = (path: Path, first: unknown, last: unknown): Condition => ({
  write: (to) => `${to.path(path)} BETWEEN ${to.value(first)} AND ${to.value(last)}`,
});
export const oneOf = (path: Path, values: readonly unknown[]): Condition => ({
  write: (to) => `${to.path(path)} IN (${values.map((value) => to.value(value)).join(', ')})`,
});
/** Two attributes of the item have equal values. */
export const sameAs = (path: Path, other: Path): Condition => ({
  write: (to) => `${to.path(path)} = ${to.path(other)}`,
});
const sized =
  (operator: string) =>
  (path: Path, size: number): Condition => ({
    write: (to) => `size(${to.path(path)}) ${operator} ${to.value(size)}`,
  });
export const sizeBelow = sized('<');
export const sizeIs = sized('=');
export const sizeAtLeast = sized('>=');

type Parts = readonly (Condition | undefined)[];
/** All of these conditions; undefined ones are left out. */
export const all = (...parts: Parts): Condition => joined('AND', parts);
/** At least one of these conditions; undefined ones are left out. */
export const any = (...parts: Parts): Condition => joined('OR', parts);
export const not = (part: Condition): Condition => ({
  write: (to) => `NOT ${part.joinedBy ? `(${part.write(to)})` : part.write(to)}`,
});

function joined(joinedBy: 'AND' | 'OR', parts: Parts): Condition {
  const present = parts.filter((part) => part !== undefined);
  const [only] = present;
  if (!only) throw new Error('a condition of nothing');
  if (present.length === 1) return only;
  const write = (part: Condition, to: Placeholders) =>
    part.joinedBy && part.joinedBy !== joinedBy ? `(${part.write(to)})` : part.write(to);
  return { joinedBy, write: (to) => present.map((part) => write(part, to)).join(` ${joinedBy} `) };
}

/** The attribute is absent, or it fits: for conditions that a row that does not exist yet must pass. */
export const absentOr = (path: Path, fits: Condition): Condition => any(absent(path), fits);

/** A value for an attribute that is computed from what the item holds. */
class Operand {
  readonly write: (to: Placeholders) => string;
  constructor(write: (to: Placeholders) => string) {
    this.write = write;
  }
}
export const copyOf = (path: Path): Operand => new Operand((to) => to.path(path));
export const plus = (path: Path, number: number): Operand =>
  new Operand((to) => `${to.path(path)} + ${to.value(number)}`);
export const minus = (path: Path, number: number): Operand =>
  new Operand((to) => `${to.path(path)} - ${to.value(number)}`);
/** Sets the value only if the attribute has none. */
export const unlessSet = (path: Path, value: unknown): Operand =>
  new Operand((to) => `if_not_exists(${to.path(path)}, ${to.value(value)})`);

export interface Changes {
  /** By attribute; attributes with undefined stay as they are. */
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** Numbers to add, and members to put into sets. */
  readonly add?: Readonly<Record<string, unknown>>;
  /** Members to remove from sets. */
  readonly take?: Readonly<Record<string, unknown>>;
}
function writeChanges({ set = {}, remove = [], add = {}, take = {} }: Changes, to: Placeholders): string {
  const assigned = (path: string, value: unknown) =>
    `${to.path(path)} = ${value instanceof Operand ? value.write(to) : to.value(value)}`;
  const given = (path: string, value: unknown) => `${to.path(path)} ${to.value(value)}`;
  const each = (of: object, write: (path: string, value: unknown) => string) =>
    Object.entries(of).flatMap(([path, value]) => (value === undefined ? [] : [write(path, value)]));
  return (
    [
      ['SET', each(set, assigned)],
      ['REMOVE', remove.map((path) => to.path(path))],
      ['ADD', each(add, given)],
      ['DELETE', each(take, given)],
    ] as const
  )
    .filter(([, parts]) => parts.length > 0)
    .map(([clause, parts]) => `${clause} ${parts.join(', ')}`)
    .join(' ');
}

/** The expressions that a write or a query may have. */
export interface Expressed {
  readonly condition?: Condition;
  /** For a query: a filter on the items that its key found. */
  readonly filter?: Condition;
  readonly update?: Changes;
}
export interface Compiled {
  readonly condition: string | undefined;
  readonly filter: string | undefined;
  readonly update: string | undefined;
  readonly names: Record<string, string> | undefined;
  readonly values: Record<string, unknown> | undefined;
}
export function compile({ condition, filter, update }: Expressed): Compiled {
  const to = new Placeholders();
  const texts = {
    condition: condition?.write(to),
    filter: filter?.write(to),
    update: update && writeChanges(update, to),
  };
  return { ...texts, names: unlessEmpty(to.names), values: unlessEmpty(to.values) };
}
const unlessEmpty = <T extends object>(of: T): T | undefined => (Object.keys(of).length > 0 ? of : undefined);
