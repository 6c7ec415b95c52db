import { execFile, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestRuntime, type TestRuntime } from '../support/runtime.ts';

/** The journey that both READMEs print, run as a newcomer runs it: pasted into bash. */
const journeyIn = (file: string): string | undefined =>
  /```bash\n([\s\S]*?)```/.exec(readFileSync(file, 'utf8'))?.[1];
const journey = journeyIn('README.md') ?? '';
const tools = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

/** The arrows of a diagram, without what its boxes and arrows are called. */
const partsOf = (diagram: string): string[] =>
  diagram
    .replace(/\|[^|]*\||\(\[.*?\]\)|\[\(.*?\)\]|\[".*?"\]|\[.*?\]/g, '')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '));

describe('README', () => {
  it('is the same journey in both languages, ten lines after the helpers', () => {
    expect(journeyIn('README.zh-CN.md')).toBe(journey);
    expect(journey.split('\n\n')[1]?.trim().split('\n')).toHaveLength(10);
  });

  it.each(['README.md', 'README.zh-CN.md'])('%s names every library, command and test folder', (file) => {
    const text = readFileSync(file, 'utf8');
    const { dependencies, devDependencies, scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const libraries = Object.keys({ ...dependencies, ...devDependencies });
    expect(libraries.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    expect([...text.matchAll(/npm run ([\w:]+)/g)].filter(([, name = '']) => !(name in scripts))).toEqual([]);
    const rows = text.slice(text.search(/^\| .*`test\/`/m)).split('\n\n')[0] ?? '';
    const told = [...rows.matchAll(/^\| (`.*?`) \|/gm)].flatMap(
      ([, names = '']) => names.match(/\w+/g) ?? [],
    );
    const folders = globSync('test/*/').map((path) => path.replace(/^test\//, ''));
    expect(told.sort()).toEqual(folders.filter((name) => name !== 'support').sort());
  });

  it('tells the same in both languages: headings, lists, tables, links and the diagram', () => {
    const [english, chinese] = ['README.md', 'README.zh-CN.md'].map((file) => {
      const text = readFileSync(file, 'utf8');
      const prose = text.replace(/```[\s\S]*?```/g, '');
      const all = (pattern: RegExp): string[] => [...prose.matchAll(pattern)].map(([, one = '']) => one);
      return {
        headings: all(/^(#+) /gm),
        lists: all(/^(- |\d+\. )/gm),
        // The first cells of tables, as far as they are code.
        rows: all(/^\| (`.*?) \|/gm)
          .map((cell) => cell.match(/`[^`]+`/g) ?? [])
          .filter(([first]) => first !== '`test/`'),
        links: all(/\]\(([^)\s]+)\)/g)
          .filter((target) => !target.startsWith('README'))
          .sort(),
        diagram: partsOf(/```mermaid\n([\s\S]*?)```/.exec(text)?.[1] ?? ''),
      };
    });
    expect(english?.diagram.length).toBeGreaterThan(15);
    expect(chinese).toEqual(english);
  });

  it.each(['README.md', 'README.zh-CN.md'])('%s tells every flag of npm start', (file) => {
    const text = readFileSync(file, 'utf8');
    const main = readFileSync('infra/local/main.ts', 'utf8');
    const flags = [...main.matchAll(/^ {6}'?([a-z-]+)'?: \{ type:/gm)].map(([, flag]) => flag);
    expect(flags.length).toBeGreaterThan(3);
    expect(flags.filter((flag) => !text.includes(`| \`--${flag}`))).toEqual([]);
  });

  describe.skipIf(!tools)('by curl', () => {
    let runtime: TestRuntime;
    beforeAll(async () => {
      runtime = await openTestRuntime();
    });
    afterAll(() => runtime?.stop());

    it('REG-1, LGN-3 leads from registration to a session', async () => {
      const { stdout } = await promisify(execFile)('bash', ['-e', '-c', journey], {
        env: { ...process.env, B: runtime.url },
      });
      expect(stdout).toContain('"realNameLevel":4');
      const last = JSON.parse(stdout.slice(stdout.lastIndexOf('{"session"')));
      expect(last.session).toMatchObject({
        identity: { kind: 'natural' },
        person: { name: '张*', realNameLevel: 4 },
      });
    });
  });
});
