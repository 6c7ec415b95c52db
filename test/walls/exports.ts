import { parseSync } from 'vite';

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const nameOf = (node: unknown): string | undefined =>
  isNode(node) ? ((node.name ?? node.value) as string | undefined) : undefined;

/** What a file imports from another one: names, or everything (`* as`, `export *`, `import(…)`). */
export interface Taken {
  readonly from: string;
  readonly names: readonly string[] | 'all';
}
export interface Module {
  /** Its own exports, by name, that the rest of the file does not mention. */
  readonly offered: readonly string[];
  readonly taken: readonly Taken[];
}

/** Exports and imports of a TypeScript file, types included. */
export function moduleOf(source: string, lang: 'ts' | 'tsx' = 'ts'): Module {
  const { program, errors } = parseSync(`source.${lang}`, source, { lang });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  const taken: Taken[] = [];
  const exported: string[] = [];
  const mentions = new Map<string, number>();
  visit(program, (node) => {
    const from = nameOf(node.source);
    switch (node.type) {
      case 'Identifier': {
        const name = String(node.name);
        mentions.set(name, (mentions.get(name) ?? 0) + 1);
        break;
      }
      case 'ImportDeclaration':
        taken.push({ from: from ?? '', names: imported(node) });
        break;
      case 'ExportAllDeclaration':
      case 'ImportExpression':
        taken.push({ from: from ?? '', names: 'all' });
        break;
      case 'TSImportType':
        taken.push({ from: nameOf(node.source ?? node.argument) ?? '', names: 'all' });
        break;
      case 'ExportNamedDeclaration':
        if (from === undefined) exported.push(...declared(node));
        else taken.push({ from, names: locals(node) });
    }
  });
  return { offered: exported.filter((name) => (mentions.get(name) ?? 0) <= 1), taken };
}

function visit(node: unknown, each: (node: Node) => void): void {
  if (!isNode(node)) return;
  if (typeof node.type === 'string') each(node);
  for (const [place, inner] of Object.entries(node)) if (!isLabel(node, place)) visit(inner, each);
}

/** `b` in `a.b` and in `{ b: 1 }` is not a name of the file, though it looks like one. */
const isLabel = (node: Node, place: string): boolean =>
  node.computed !== true && (place === 'property' || (place === 'key' && node.type !== 'ImportAttribute'));

/** The names of an import; a default one is `default`. */
function imported({ specifiers }: Node): readonly string[] | 'all' {
  const list = specifiers as Node[];
  if (list.some(({ type }) => type === 'ImportNamespaceSpecifier')) return 'all';
  return list.map((one) => nameOf(one.imported) ?? 'default');
}
const locals = ({ specifiers }: Node): string[] =>
  (specifiers as Node[]).flatMap(({ local }) => nameOf(local) ?? []);

/** `export const a = …, { b } = …`, `export function c`, `export type D`, `export { e }`. */
function declared({ declaration, specifiers }: Node): string[] {
  if (!isNode(declaration)) return (specifiers as Node[]).flatMap(({ exported }) => nameOf(exported) ?? []);
  if (Array.isArray(declaration.declarations))
    return (declaration.declarations as Node[]).flatMap(({ id }) => bound(id));
  return bound(declaration.id);
}
function bound(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  if (pattern.type === 'Identifier') return [String(pattern.name)];
  if (pattern.type === 'ObjectPattern')
    return (pattern.properties as Node[]).flatMap(({ value, argument }) => bound(value ?? argument));
  if (pattern.type === 'ArrayPattern') return (pattern.elements as unknown[]).flatMap(bound);
  return bound(pattern.left);
}
