import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ruleEntries, ruleIdsIn } from '../support/rule-ids.ts';

/** Every text file of the repository, without files that are only on this machine. */
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => /\.(tsx?|md|json|ya?ml|css|html|xml)$|^\.\w|\/run$/.test(file) && existsSync(file))
  .filter((file) => !file.endsWith('package-lock.json'));
const texts = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));
const pages = files.filter((file) => file.endsWith('.md'));
const textOf = (file: string): string => texts.get(file) ?? '';

/** The wrong statements of each file, as `file: what is wrong`. */
const wrong = (of: readonly string[], find: (text: string, file: string) => readonly string[]): string[] =>
  of.flatMap((file) => [...new Set(find(textOf(file), file))].map((what) => `${file}: ${what}`));

/** These files name ids that do not exist, on purpose. */
const aboutIds = ['test/docs/rules.test.ts', 'test/docs/links.test.ts', 'test/support/rule-ids.ts'];
const citing = files.filter((file) => !aboutIds.includes(file));

const rules = ruleEntries(textOf('docs/rules.md'));
const requirements = [...textOf('docs/requirements.md').matchAll(/^\| ([A-Z]+-\d\d) \|/gm)].map(
  ([, id = '']) => id,
);
const requirementIds = /\b(?:AUTH|OTP|BIO|SESS|TOK|AUTHZ|BL|DATA|LOG|ERR|API|DEV|PWD)-0\d\b/g;
const decisions = readdirSync('docs/decisions').filter((file) => /^\d{4}-/.test(file));
const decided = new Set(decisions.map((file) => Number(file.slice(0, 4))));

describe('what the repository cites', () => {
  it('rules stand in docs/rules.md', () => {
    expect(wrong(citing, (text) => ruleIdsIn(text).filter((id) => !rules.includes(id)))).toEqual([]);
  });

  it('requirements stand in docs/requirements.md, once each', () => {
    expect(new Set(requirements).size).toBe(requirements.length);
    expect(requirements.length).toBeGreaterThan(40);
    const unknown = (text: string) =>
      (text.match(requirementIds) ?? []).filter((id) => !requirements.includes(id));
    expect(wrong(citing, unknown)).toEqual([]);
  });

  it('each requirement says where it comes from and where it is met', () => {
    const rows = textOf('docs/requirements.md')
      .split('\n')
      .filter((line) => /^\| [A-Z]+-\d\d /.test(line));
    const cells = rows.map((row) => row.split(' | ').map((cell) => cell.trim()));
    expect(
      cells.filter((row) => row.length !== 5 || row.some((cell) => cell === '')).map(([id]) => id),
    ).toEqual([]);
  });

  it('decisions have their file', () => {
    const cited = (text: string) =>
      [...text.matchAll(/\bADRs? (\d{1,4})\b/g)]
        .map(([, number]) => Number(number))
        .filter((n) => !decided.has(n));
    expect(wrong(citing, (text) => cited(text).map((n) => `ADR ${n}`))).toEqual([]);
  });

  it('links of pages lead to files, and to headings that are there', () => {
    const broken = (text: string, file: string) =>
      [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !leads(file, target));
    expect(wrong(pages, broken)).toEqual([]);
  });

  it('files that text or comments name are there', () => {
    const named =
      /(?<![\w/.-])(?:docs|test|shared|functions|infra|bench|portal|examples)\/[\w./-]+\.(?:tsx?|md|json|css|html)\b/g;
    const missing = (text: string) => (text.match(named) ?? []).filter((path) => !existsSync(path));
    const fixtures = (file: string) => /^(test\/(walls|infra|runtime|docs)\/|bench\/README)/.test(file);
    expect(
      wrong(
        files.filter((file) => !fixtures(file)),
        missing,
      ),
    ).toEqual([]);
  });

  it('nothing beside it: no text leans on a folder that is not in the repository', () => {
    const elsewhere = new RegExp(['shared', 'spec'].join('/'));
    expect(files.filter((file) => elsewhere.test(textOf(file)))).toEqual([]);
    const pagesOfOthers = /(?<![\w/-])(?:architecture|security|sso|cost-floors)\.md\b/g;
    expect(
      wrong(
        files.filter((file) => file !== 'test/docs/links.test.ts'),
        (text) => text.match(pagesOfOthers) ?? [],
      ),
    ).toEqual([]);
  });
});

/** The anchor that GitHub makes from a heading. */
const anchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

function leads(from: string, target: string): boolean {
  const [path = '', fragment] = target.split('#');
  const file = path === '' ? from : normalize(join(dirname(from), decodeURIComponent(path)));
  if (!existsSync(file)) return false;
  if (!fragment || !file.endsWith('.md')) return true;
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    anchor(text),
  );
  return headings.includes(decodeURIComponent(fragment));
}

describe('docs/decisions', () => {
  const index = readFileSync('docs/decisions/README.md', 'utf8');
  const status = /^Status: (?:accepted|superseded by \d{4}) · Date: \d{4}-\d\d-\d\d$/;

  it.each(decisions)('%s has its number, status and date at the top', (file) => {
    const [title, blank, header] = textOf(join('docs/decisions', file)).split('\n');
    expect(title).toMatch(new RegExp(`^# ${Number(file.slice(0, 4))}\\. `));
    expect(blank).toBe('');
    expect(header, 'the third line of a decision').toMatch(status);
  });

  it('stand in the index, each with its title and status', () => {
    const rows = decisions.map((file) => {
      const [title = '', , header = ''] = textOf(join('docs/decisions', file)).split('\n');
      const [state = '', date = ''] = header.replace('Status: ', '').split(' · Date: ');
      const number = file.slice(0, 4);
      return `| [${number}](${file}) | ${title.replace(/^# \d+\. /, '')} | ${state} | ${date} |`;
    });
    expect(
      rows.filter((row) => !index.includes(row)),
      'rows to add to docs/decisions/README.md',
    ).toEqual([]);
    const told = [...index.matchAll(/^\| \[(\d{4})\]\(/gm)].map(([, number]) => number);
    expect(told).toEqual(decisions.map((file) => file.slice(0, 4)));
  });
});
