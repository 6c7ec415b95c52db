import { parseSync } from 'vite';

/** The syntax that names a module, by node type; `require(…)` is a plain call and looked at by name. */
const naming = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
]);

/** Every module a TypeScript file names, in order: imports of types, dynamic ones and re-exports included. */
export function importsIn(source: string): string[] {
  const { program, errors } = parseSync('source.ts', source, { lang: 'ts' });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  return [...specifiers(program)];
}

function* specifiers(node: unknown): Generator<string> {
  if (typeof node !== 'object' || node === null) return;
  const { type, source, expression, callee, arguments: given } = node as Record<string, unknown>;
  if (typeof type === 'string' && naming.has(type)) yield* literal(source ?? expression);
  if (type === 'CallExpression' && (callee as { name?: unknown }).name === 'require')
    yield* literal((given as unknown[])[0]);
  for (const inner of Object.values(node)) yield* specifiers(inner);
}

function* literal(node: unknown): Generator<string> {
  const value = (node as { value?: unknown } | null | undefined)?.value;
  if (typeof value === 'string') yield value;
}
