import { parseSync } from 'vite';

/** The syntax that names a module, by node type; `require(…)` is an ordinary call and recognised by its name. */
const naming = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
]);

interface Options {
  readonly lang?: 'ts' | 'tsx';
  /**
   * `run`: the imports that are left after types are removed; `at-once`: of these, without those that `import(…)` loads
   * later.
   */
  readonly only?: 'run' | 'at-once';
}

/** Every module that a TypeScript file names, in order: also imports of types, dynamic imports and re-exports. */
export function importsIn(source: string, { lang = 'ts', only }: Options = {}): string[] {
  const { program, errors } = parseSync(`source.${lang}`, source, { lang });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  return [...specifiers(program, only)];
}

function* specifiers(node: unknown, only: Options['only']): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  const { type, source, expression, callee, arguments: given } = node as Record<string, unknown>;
  if (typeof type === 'string' && naming.has(type) && !leftAway(node, only))
    yield* literal(source ?? expression);
  if (type === 'CallExpression' && (callee as { name?: unknown }).name === 'require')
    yield* literal((given as unknown[])[0]);
  for (const inner of Object.values(node)) yield* specifiers(inner, only);
}

/** `import type` and `import { type A, type B }` do not exist at run time. */
function leftAway(node: object, only: Options['only']): boolean {
  if (only === undefined) return false;
  const { type, importKind, exportKind, specifiers: names } = node as Record<string, unknown>;
  if (type === 'ImportExpression') return only === 'at-once';
  if (type === 'TSImportType' || importKind === 'type' || exportKind === 'type') return true;
  const kinds = (names as { importKind?: unknown }[] | undefined)?.map((name) => name.importKind) ?? [];
  return type === 'ImportDeclaration' && kinds.length > 0 && kinds.every((kind) => kind === 'type');
}

function* literal(node: unknown): Generator<string> {
  const value = (node as { value?: unknown } | null | undefined)?.value;
  if (typeof value === 'string') yield value;
}
