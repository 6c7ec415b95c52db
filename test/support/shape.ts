import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node test/support/shape.ts` writes the present number of files and lines and the largest file into
 * docs/measurements.md.
 */
const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/measurements.md');

const filesOf = (folder: string): string[] =>
  execFileSync('git', ['ls-files', folder], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /\.tsx?$/.test(file));
const linesOf = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
const grouped = (count: number): string => count.toLocaleString('en');

const rows = ['shared', 'functions', 'infra', 'portal'].map((folder) => {
  const sizes = filesOf(folder).map((file) => ({ file, lines: linesOf(file) }));
  const sum = sizes.reduce((total, { lines }) => total + lines, 0);
  return { folder, sizes, shown: `${sizes.length}, ${grouped(sum)}` };
});
const code = rows.filter(({ folder }) => folder !== 'portal').flatMap(({ sizes }) => sizes);
// Messages and settings are lists, so their size depends on what they list.
const lists = /runtime\/messages\/|infra\/config\.ts$|domain\/factors\/common-password-words\.ts$/;
const [largest, ...others] = code.filter(({ file }) => !lists.test(file)).sort((a, b) => b.lines - a.lines);
if (!largest) throw new Error('git lists no files');
const over = [largest, ...others].filter(({ lines }) => lines > 300).length;

const after: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    rows.map(({ folder, shown }) => [
      folder === 'shared' ? 'files and lines of TypeScript in `shared`' : `in \`${folder}\``,
      shown,
    ]),
  ),
  'largest file': `\`${largest.file}\`, ${largest.lines} lines; over 300: ${over === 0 ? 'none' : over}`,
};
const written = readFileSync(page, 'utf8')
  .split('\n')
  .map((line) => {
    const [, what = '', before = ''] =
      line.split(' | ').length === 3 ? (/^\| (.*?) \| (.*?) \|/.exec(line) ?? []) : [];
    const now = after[what];
    return now === undefined ? line : `| ${what} | ${before} | ${now} |`;
  });
writeFileSync(page, written.join('\n'));
